"""Whole sales over HTTP, from placing the order to the money in the seller's wallet.

Each client is a thread with a buyer and a seller of its own, on keep-alive connections. Clients,
web server, worker, sandbox provider and databases share this machine, so the figures are of the
whole platform on it, not of one process.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from bench.figures import Table, percentile
from demo.api import Api
from demo.people import buyer_session, seller_with_product
from demo.sale import Sale
from launcher.stack import Stack

CLIENTS = (1, 4, 16)
SECONDS_PER_ROUND = 15.0
STOCK = 1_000_000

Json = dict[str, Any]


@dataclass
class Clock:
    """How long each request of a kind took, over all clients of one round."""

    seconds: dict[str, list[float]]

    @contextmanager
    def timing(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds.setdefault(step, []).append(time.perf_counter() - start)


STEPS = ("place", "pay", "accept", "ship", "deliver", "confirm")


def one_sale(sale: Sale, product: Json, clock: Clock) -> None:
    with clock.timing("sale"):
        with clock.timing("place"):
            sale.place(product)
        with clock.timing("pay"):
            url = sale.start_payment()
        sale.buyer.pay_on_hosted_page(url)
        with clock.timing("captured"):
            sale.wait_until("PAYMENT_RECEIVED")
        with clock.timing("accept"):
            sale.accept()
        with clock.timing("ship"):
            sale.ship()
        with clock.timing("deliver"):
            sale.report_delivered()
        with clock.timing("confirm"):
            sale.confirm()


def run_round(pairs: list[tuple[Api, Api, Json]]) -> tuple[Clock, float]:
    """Every pair sells for the round's time; returns the timings and the elapsed seconds."""
    clock = Clock({})
    stop_at = time.perf_counter() + SECONDS_PER_ROUND
    gate = threading.Barrier(len(pairs))

    def client(pair: tuple[Api, Api, Json]) -> None:
        buyer, seller, product = pair
        gate.wait()
        while time.perf_counter() < stop_at:
            one_sale(Sale(buyer, seller), product, clock)

    start = time.perf_counter()
    with ThreadPoolExecutor(len(pairs)) as pool:
        list(pool.map(client, pairs))
    return clock, time.perf_counter() - start


def cpu_seconds(stack: Stack, name: str) -> float:
    """User and system time of a service and its children so far."""
    process = psutil.Process(stack.service(name).pid)
    family = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


def run(stack: Stack) -> Json:
    """Measure each number of clients; returns the figures as JSON values."""
    pairs = []
    for number in range(max(CLIENTS)):
        seller, product = seller_with_product(stack, f"bench-{number}", inventory_count=STOCK)
        pairs.append((buyer_session(stack, f"bench-{number}"), seller, product))
    table = Table(
        "clients", "sales/s", "p50 ms", "p95 ms", "p99 ms", "confirm p50", "web CPU ms/req"
    )
    rounds = []
    for clients in CLIENTS:
        web_before = cpu_seconds(stack, "web")
        clock, elapsed = run_round(pairs[:clients])
        web_cpu = cpu_seconds(stack, "web") - web_before
        sales = len(clock.seconds["sale"])
        requests = sum(len(clock.seconds[step]) for step in STEPS)
        row = {
            "clients": clients,
            "sales": sales,
            "sales_per_second": round(sales / elapsed, 2),
            **{f"sale_p{p}_ms": percentile(clock.seconds["sale"], p) for p in (50, 95, 99)},
            "steps_p50_ms": {s: percentile(clock.seconds[s], 50) for s in (*STEPS, "captured")},
            # Polls for the capture are requests too; they are counted by their own share.
            "web_cpu_ms_per_sale": round(1000 * web_cpu / sales, 2),
            "web_cpu_ms_per_request": round(1000 * web_cpu / requests, 2),
        }
        rounds.append(row)
        table.add(
            clients,
            row["sales_per_second"],
            row["sale_p50_ms"],
            row["sale_p95_ms"],
            row["sale_p99_ms"],
            row["steps_p50_ms"]["confirm"],  # type: ignore[index]
            row["web_cpu_ms_per_request"],
        )
        table.show_last()
    return {"seconds_per_round": SECONDS_PER_ROUND, "rounds": rounds}
