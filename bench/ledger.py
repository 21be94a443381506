"""Ledger posts per second, next to scripts that insert the same rows with no checks.

    python -m bench.ledger                   the embedded PostgreSQL, a fresh database
    python -m bench.ledger --history 1000000 the same with a million journals already there

What is posted is a release of four legs: escrow to wallet, commission and tax. Every release takes
another escrow and wallet at random, which are open already; commission and tax are one account
each, which all clients share. Baselines write exactly the rows that a post leaves in the journal
and entry tables, into tables with the same columns and indexes, without a constraint, trigger,
lock or balance:

- ``bare script``: BEGIN, INSERT journal, INSERT entries, COMMIT, as a bare script is written
- ``bare, one statement``: the same rows by one INSERT (a CTE): the hardest baseline there is

Each round runs every script once, in turns, on the same server with ``synchronous_commit=on``; the
figures are medians over the rounds, and so are the ratios, each of two neighbours in time. The
server is the embedded one with its default settings.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from bench.ledger_scripts import ACCOUNTS, FILL, SETUP, WALLETS, bare_scripts, posting_script
from launcher.bootstrap import ROOT
from launcher.postgres import OWNER, Postgres

GOAL_RATIO = 0.6


@dataclass(frozen=True, slots=True)
class Figure:
    """One script with so many clients: the rates and latencies of its rounds, in their order."""

    script: str
    clients: int
    rates: tuple[float, ...]
    latencies_ms: tuple[float, ...]
    server_ms: tuple[float, ...] = ()
    """Processor time of the server per post: with every core busy, rates follow it."""

    @property
    def posts_per_second(self) -> float:
        return statistics.median(self.rates)

    @property
    def latency_ms(self) -> float:
        return statistics.median(self.latencies_ms)

    def of(self, base: "Figure") -> float:
        """The ratio to another script: the median over the rounds, each against its neighbour in
        time, so that what else the machine does falls on both."""
        pairs = zip(self.rates, base.rates, strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)


class Bench:
    def __init__(self, url: str, pgbench: Path, seconds: int, postmaster: int) -> None:
        self.url = url
        self.postmaster = psutil.Process(postmaster)
        self.pgbench = pgbench
        self.seconds = seconds

    def prepare(self, history: int) -> None:
        manage = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
        subprocess.run(manage, check=True, env={**os.environ, "DATABASE_URL": self.url}, cwd=ROOT)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS bench CASCADE")
            connection.execute(SETUP)
            connection.execute(WALLETS, [ACCOUNTS])
            for first in range(1, ACCOUNTS + 1, 5_000):
                connection.execute(FILL, {"first": first, "last": first + 4_999})
            self._post_history(connection, history)
            connection.execute("VACUUM ANALYZE")

    def add_history(self, journals: int) -> None:
        """So many journals more, and the statistics that autovacuum would have made of them."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            self._post_history(connection, journals)
            connection.execute("VACUUM ANALYZE")

    def _post_history(self, connection: psycopg.Connection[Any], journals: int) -> None:
        """Journals that are there before the clock starts, posted like any other."""
        statement = posting_script().split("SELECT ", 1)[1].strip().rstrip(";")
        for variable, value in {
            ":order": f"(1 + n % {ACCOUNTS})",
            ":seller": f"(1 + n * 7 % {ACCOUNTS})",
            ":key::text": "'h' || n",
        }.items():
            statement = statement.replace(variable, value)
        for first in range(1, journals + 1, 20_000):
            last = min(first + 19_999, journals)
            connection.execute(f"SELECT count({statement}) FROM generate_series({first}, {last}) n")  # noqa: S608
            connection.execute(
                "SELECT ledger_fold(id) FROM payments_ledger_account WHERE NOT keeps_balance"
            )
            print(f"\r  history {last:,} of {journals:,} journals", end="", flush=True)
        if journals:
            print()

    def run(self, name: str, script: str, clients: int) -> Figure:
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(_one_line_statements(script))
            file.flush()
            before = self._server_seconds()
            done = subprocess.run(
                [
                    str(self.pgbench),
                    "--no-vacuum",
                    "--protocol=prepared",
                    f"--client={clients}",
                    f"--jobs={min(clients, 2)}",
                    f"--time={self.seconds}",
                    f"--file={file.name}",
                    self.url,
                ],
                capture_output=True,
                text=True,
                check=False,
                env={"LC_ALL": "C"},
            )
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        latency = re.search(r"latency average = ([\d.]+) ms", done.stdout)
        if done.returncode or not found or not latency or "failed" not in done.stdout:
            sys.exit(f"pgbench failed at {name}:\n{done.stdout}{done.stderr}")
        rate = float(found[1])
        server_ms = (self._server_seconds() - before) * 1000 / (rate * self.seconds)
        return Figure(name, clients, (rate,), (float(latency[1]),), (server_ms,))

    def _server_seconds(self) -> float:
        """Processor time of the sessions that have ended: pgbench's, once it is done."""
        time.sleep(0.3)  # until the postmaster has heard of their end
        times = self.postmaster.cpu_times()
        return times.children_user + times.children_system


def _one_line_statements(script: str) -> str:
    return "\n".join(line for line in script.splitlines() if line.strip()) + "\n"


def measure(bench: Bench, clients: list[int], rounds: int) -> list[Figure]:
    scripts = {"ledger_write": posting_script(), **bare_scripts()}
    found: dict[tuple[str, int], list[Figure]] = {}

    def keep(figure: Figure, number: int) -> None:
        found.setdefault((figure.script, figure.clients), []).append(figure)
        rate = f"{figure.posts_per_second:,.0f}/s"
        print(f"  round {number}: {figure.script}, {figure.clients} clients: {rate}", flush=True)

    for number in range(1, rounds + 1):
        for count in clients:
            for name, script in scripts.items():
                keep(bench.run(name, script, count), number)
        keep(measure_python(bench, max(clients)), number)
    return [joined(figures) for figures in found.values()]


def joined(rounds: list[Figure]) -> Figure:
    """The rounds of one script as one figure."""
    first = rounds[0]
    rates = tuple(rate for figure in rounds for rate in figure.rates)
    latencies = tuple(ms for figure in rounds for ms in figure.latencies_ms)
    server_ms = tuple(ms for figure in rounds for ms in figure.server_ms)
    return Figure(first.script, first.clients, rates, latencies, server_ms)


def measure_python(bench: Bench, clients: int) -> Figure:
    """The same release through ``post_journal``, each client a thread in one process."""
    os.environ["DATABASE_URL"] = bench.url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.local")
    import django

    django.setup()
    counts = [0] * clients
    stop_at = time.monotonic() + bench.seconds
    threads = [
        threading.Thread(target=_post_until, args=(stop_at, counts, number))
        for number in range(clients)
    ]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - started
    total = sum(counts)
    return Figure(
        "post_journal (Python)",
        clients,
        (total / elapsed,),
        (1000 * elapsed * clients / total,),
    )


def _post_until(stop_at: float, counts: list[int], number: int) -> None:
    import random
    from uuid import UUID

    from django.db import connection, transaction

    from marketplace.core.ids import new_id
    from marketplace.core.money import Money
    from marketplace.payments.ledger import JournalKind, accounts, credit, debit, post_journal

    def bench_id(n: int) -> UUID:
        return UUID(f"00000000-0000-7000-8000-{n:012d}")

    try:
        while time.monotonic() < stop_at:
            order_id = bench_id(random.randint(1, ACCOUNTS))
            seller_id = bench_id(random.randint(1, ACCOUNTS))
            with transaction.atomic():
                post_journal(
                    kind=JournalKind.ESCROW_RELEASE,
                    business_key=f"release:{new_id()}",
                    reference_id=order_id,
                    legs=[
                        debit(accounts.order_escrow(order_id, "EUR"), Money(10_000, "EUR")),
                        credit(accounts.user_wallet(seller_id, "EUR"), Money(8_810, "EUR")),
                        credit(accounts.revenue_commission("EUR"), Money(1_000, "EUR")),
                        credit(accounts.tax("DE", "EUR"), Money(190, "EUR")),
                    ],
                )
            counts[number] += 1
    finally:
        connection.close()


def report(figures: list[Figure], server: dict[str, str], history: int) -> dict[str, Any]:
    by_name = {(figure.script, figure.clients): figure for figure in figures}
    print(
        f"\nPostgreSQL {server['server_version']},"
        f" synchronous_commit={server['synchronous_commit']},"
        f" fsync={server['fsync']}, {os.cpu_count()} cores, {history:,} journals before the start"
    )
    print(
        f"{'':24} {'clients':>8} {'posts/s':>10} {'ms':>8} {'server ms':>10}"
        f" {'of bare':>9} {'of one statement':>17}"
    )
    rows = []
    for figure in figures:
        row: dict[str, Any] = {
            "script": figure.script,
            "clients": figure.clients,
            "posts_per_second": figure.posts_per_second,
            "latency_ms": figure.latency_ms,
            "rounds": figure.rates,
        }
        if figure.server_ms:
            row["server_ms"] = round(statistics.median(figure.server_ms), 3)
        cells = []
        for baseline, key in (
            ("bare script", "ratio_to_bare"),
            ("bare, one statement", "ratio_to_one_statement"),
        ):
            base = by_name.get((baseline, figure.clients))
            row[key] = round(figure.of(base), 3) if base else None
            cells.append(f"{row[key]:.2f}" if base else "-")
        rows.append(row)
        print(
            f"{figure.script:24} {figure.clients:8} {figure.posts_per_second:10,.0f}"
            f" {figure.latency_ms:8.2f} {row.get('server_ms', '-'):>10}"
            f" {cells[0]:>9} {cells[1]:>17}"
        )
    return {
        "bench": "ledger",
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "history": history,
        "server": server,
        "goal_ratio_to_bare": GOAL_RATIO,
        "figures": rows,
    }


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(
        prog="python -m bench.ledger", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--seconds", type=int, default=5, help="per script, clients and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--history", type=int, default=0, help="journals before the start")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fairhold-bench-") as folder:
        Path(folder).chmod(0o711)
        with Postgres(Path(folder)) as server:
            bench = Bench(server.url(OWNER), server.program("pgbench"), options.seconds, server.pid)
            bench.prepare(options.history)
            figures = measure(bench, options.clients, options.rounds)
            with psycopg.connect(bench.url) as connection:
                facts = {
                    name: str(connection.execute(f"SHOW {name}").fetchone()[0])  # type: ignore[index]
                    for name in ("server_version", "synchronous_commit", "fsync", "shared_buffers")
                }
            result = report(figures, facts, options.history)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    else:
        print(json.dumps(result))
    return result


if __name__ == "__main__":
    main()
