"""What a million journals do to the books: releases per second before and after, and balances.

    python -m bench.ledger_history [--journals 1000000] [--shared-buffers 2GB]

The same script as in `bench.ledger`, on one server: first with empty books, then with the history
there. Every release of the history takes its commission to one account, so that account has one
entry per journal. Its balance is read in a loop, as is that of one wallet.

Each measurement begins after a checkpoint and a warm-up, since the first touch of a page after a
checkpoint writes the whole page to the log. The server has the memory for its buffers that one for
a million journals would be given; `--shared-buffers 128MB` is what a fresh installation has.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.figures import keep, percentile
from bench.ledger import Bench, Figure, joined
from bench.ledger_scripts import bare_scripts, posting_script
from launcher.postgres import OWNER, Postgres

GOALS = {"ratio_to_empty_books": 0.9, "balance_p99_ms": 5}
CLIENTS = 8
ROUNDS = 5
WARM_UP_ROUNDS = 4
READS = 500
ACCOUNTS = {"commission": "revenue:commission", "wallet": "user:%:wallet"}


def measure(bench: Bench, server: Postgres) -> dict[str, Figure]:
    """Each script over the rounds, in turns, once both are warm."""
    scripts = {"ledger_write": posting_script(), "bare script": bare_scripts()["bare script"]}
    found: dict[str, list[Figure]] = {name: [] for name in scripts}
    server.checkpoint()
    for _ in range(WARM_UP_ROUNDS):
        for name, script in scripts.items():
            bench.run(name, script, CLIENTS)
    for _ in range(ROUNDS):
        for name, script in scripts.items():
            found[name].append(bench.run(name, script, CLIENTS))
    return {name: joined(figures) for name, figures in found.items()}


def ratio_to_bare(figures: dict[str, Figure]) -> float:
    return round(figures["ledger_write"].of(figures["bare script"]), 3)


def rates(figures: dict[str, Figure]) -> dict[str, float]:
    return {name: round(figure.posts_per_second, 1) for name, figure in figures.items()}


def show(figures: dict[str, Figure]) -> str:
    cost = {name: round(statistics.median(each.server_ms), 3) for name, each in figures.items()}
    return f"{rates(figures)}, {ratio_to_bare(figures)} of the bare script; server ms {cost}"


def balance_figures(url: str) -> dict[str, dict[str, Any]]:
    """How long the balance of one account takes, and how many entries it has."""
    found = {}
    with psycopg.connect(url, autocommit=True) as connection:
        # As the worker's job does every few seconds.
        connection.execute(
            "SELECT ledger_fold(id) FROM payments_ledger_account WHERE NOT keeps_balance"
        )
        for name, pattern in ACCOUNTS.items():
            row = connection.execute(
                "SELECT id FROM payments_ledger_account WHERE code LIKE %s ORDER BY id LIMIT 1",
                [pattern],
            ).fetchone()
            assert row is not None  # noqa: S101
            count = "SELECT count(*) FROM payments_ledger_entry WHERE account_id = %s"
            (entries,) = connection.execute(count, row).fetchone() or (0,)
            seconds = []
            for _ in range(READS):
                started = time.perf_counter()
                connection.execute("SELECT * FROM ledger_balances(%s)", [list(row)]).fetchall()
                seconds.append(time.perf_counter() - started)
            found[name] = {
                "entries": entries,
                "p50_ms": percentile(seconds, 50),
                "p99_ms": percentile(seconds, 99),
            }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ledger_history")
    parser.add_argument("--journals", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=5, help="per script and round")
    parser.add_argument("--shared-buffers", default="2GB", help="of PostgreSQL")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fairhold-bench-") as folder:
        Path(folder).chmod(0o711)
        memory = {"shared_buffers": options.shared_buffers}
        with Postgres(Path(folder), settings=memory) as server:
            bench = Bench(server.url(OWNER), server.program("pgbench"), options.seconds, server.pid)
            bench.prepare(0)
            empty = measure(bench, server)
            print(f"  empty books: {show(empty)}", flush=True)
            bench.add_history(options.journals)
            full = measure(bench, server)
            balances = balance_figures(bench.url)
    ratio = round(ratio_to_bare(full) / ratio_to_bare(empty), 3)
    print(f"  {options.journals:,} journals: {show(full)}")
    print(
        f"  of the figure with empty books: {ratio} (the goal is {GOALS['ratio_to_empty_books']})"
    )
    for name, figures in balances.items():
        print(f"  balance of the {name}, {figures['entries']:,} entries: {figures['p50_ms']} ms")
    result = {
        "bench": "ledger_history",
        "journals": options.journals,
        "clients": CLIENTS,
        "shared_buffers": options.shared_buffers,
        "goals": GOALS,
        "posts_per_second": {"empty": rates(empty), "with_history": rates(full)},
        "ratio_to_bare": {"empty": ratio_to_bare(empty), "with_history": ratio_to_bare(full)},
        "ratio_to_empty_books": ratio,
        "balances": balances,
    }
    keep(result, options.json)


if __name__ == "__main__":
    main()
