"""Whole sales over HTTP, from placing the order to the money in the seller's wallet.

    python -m bench.sales [--seconds 15] [--clients 1 4 16] [--json FILE]

Each client is a thread with a buyer and a seller of its own, on keep-alive connections. Clients,
web server, worker, sandbox provider and databases share this machine, so the figures are of the
whole platform on it, not of one process.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.figures import Table, keep, percentile
from demo.__main__ import use
from demo.api import Api
from demo.sale import Sale
from launcher.stack import Stack

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


STEPS = ("place", "pay", "captured", "accept", "ship", "deliver", "confirm")
PROCESSES = ("web", "worker")


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


def run_round(pairs: list[tuple[Api, Api, Json]], seconds: float) -> tuple[Clock, float]:
    """Every pair sells for ``seconds``; returns the timings and the elapsed seconds."""
    clock = Clock({})
    stop_at = time.perf_counter() + seconds
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


def make_pairs(stack: Stack, count: int) -> list[tuple[Api, Api, Json]]:
    """A buyer, a seller and a product with plenty in stock for each client."""
    from demo.catalogue_setup import story_category  # Django is ready only now
    from demo.people import list_product, new_buyer, new_seller

    category_id = story_category()
    pairs = []
    for number in range(count):
        seller = new_seller(stack.base_url, f"bench-{number}")
        product = list_product(seller, category_id=category_id, inventory_count=STOCK)
        pairs.append((new_buyer(stack.base_url, f"bench-{number}"), seller, product))
    return pairs


def measure(stack: Stack, clients: Sequence[int], seconds: float) -> list[Json]:
    pairs = make_pairs(stack, max(clients))
    run_round(pairs[:1], min(3.0, seconds))  # warm: caches, prepared plans, connections
    table = Table("clients", "sales/s", "p50 ms", "p95 ms", "p99 ms", "confirm p50", "web CPU/sale")
    rounds = []
    for count in clients:
        before = {name: cpu_seconds(stack, name) for name in PROCESSES}
        clock, elapsed = run_round(pairs[:count], seconds)
        sales = len(clock.seconds["sale"])
        cpu = {
            name: round(1000 * (cpu_seconds(stack, name) - before[name]) / sales, 2)
            for name in PROCESSES
        }
        row: Json = {
            "clients": count,
            "sales": sales,
            "sales_per_second": round(sales / elapsed, 2),
            **{f"sale_p{p}_ms": percentile(clock.seconds["sale"], p) for p in (50, 95, 99)},
            "steps_p50_ms": {step: percentile(clock.seconds[step], 50) for step in STEPS},
            "steps_p99_ms": {step: percentile(clock.seconds[step], 99) for step in STEPS},
            "cpu_ms_per_sale": cpu,
        }
        rounds.append(row)
        table.add(
            count,
            row["sales_per_second"],
            *(row[f"sale_p{p}_ms"] for p in (50, 95, 99)),
            row["steps_p50_ms"]["confirm"],
            f"{cpu['web']} ms",
        )
        table.show_last()
    return rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0, help="per round")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="fairhold-bench-") as folder,
        Stack(data_dir=Path(folder), fresh=True) as stack,
    ):
        use(stack.env)
        rounds = measure(stack, options.clients, options.seconds)
        keep(
            {"bench": "sales", "seconds_per_round": options.seconds, "rounds": rounds}, options.json
        )


if __name__ == "__main__":
    main()
