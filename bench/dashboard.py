"""What waits for a person, in a history of a million orders: time, queries and plans.

    python -m bench.dashboard [--sizes 10000,1000000] [--rounds 200] [--json FILE]

Runs in a test database. Half of the orders are one seller's, a tenth one buyer's; each has a
payment. Requests go through the whole of Django in this process, without a socket. It fails when a
plan reads a table or one of its indexes from end to end, and when the p95 of the largest history is
above the goal.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.figures import Table, keep, percentile

SIZES = "10000,1000000"
ROUNDS = 200
WARM_UP = 10
GOAL_P95_MS = 100
ADDRESS = "/api/v1/orders/dashboard/"

# One order in a hundred waits for somebody; the others are over, as after years of trading.
PEOPLE = """
    CREATE TEMP TABLE bench_deal AS
    SELECT n, gen_random_uuid() AS order_id,
           CASE n %% 10 WHEN 0 THEN %(buyer)s::uuid ELSE %(crowd)s::uuid END AS buyer_id,
           CASE n %% 2 WHEN 0 THEN %(seller)s::uuid ELSE %(shops)s::uuid END AS seller_id,
           CASE WHEN n %% 100 < 5 THEN
               (ARRAY['PENDING_PAYMENT', 'PAYMENT_RECEIVED', 'PROCESSING', 'SHIPPED',
                      'DELIVERED'])[1 + n / 100 %% 5]
           WHEN n %% 100 < 15 THEN 'CANCELLED' ELSE 'COMPLETED' END AS status,
           now() - n * interval '1 minute' AS at
      FROM generate_series(%(first)s::int, %(count)s::int) n
"""
HISTORY = """
    INSERT INTO orders_order_history_entry (order_id, checkout_id, buyer_id, seller_id,
        status, title, image_url, item_count, total_minor, currency, tracking_number,
        has_open_request, is_frozen, version, created_at, updated_at)
    SELECT order_id, gen_random_uuid(), buyer_id, seller_id, status, 'A lamp', '', 1, 2500, 'EUR',
           '', status = 'PROCESSING' AND n % 1000 = 2, false, 1, at, at
      FROM bench_deal
"""
PAYMENTS = """
    INSERT INTO payments_payment (id, order_id, user_id, seller_id, amount_minor, currency,
        payment_method, payment_provider, status, provider_transaction_id, escrow_status,
        payment_details, commission_terms, commission_minor, tax_minor, tax_jurisdiction,
        captured_minor, released_minor, refunded_minor, refunded_after_minor, disputed_minor,
        charged_back_minor, clawed_back_minor, returned_minor, open_chargebacks, holding_stage,
        version, head_hash, created_at, updated_at)
    SELECT gen_random_uuid(), order_id, buyer_id, seller_id, 2500, 'EUR', '', '',
           CASE WHEN paid THEN 'COMPLETED' ELSE 'PENDING' END, '',
           CASE WHEN over THEN 'RELEASED' WHEN paid THEN 'IN_ESCROW' END, '{}', '{}', 250, 0, '',
           CASE WHEN paid THEN 2500 ELSE 0 END, CASE WHEN over THEN 2500 ELSE 0 END,
           0, 0, 0, 0, 0, 0, 0, '', 1, '', at, at
      FROM (SELECT *, status NOT IN ('PENDING_PAYMENT', 'CANCELLED') AS paid,
                   status = 'COMPLETED' AS over FROM bench_deal) deal
"""
INDEX_SCANS = ("Index Scan", "Index Only Scan")
TABLES = ("orders_order_history_entry", "payments_payment")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.dashboard", description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.test")
    import django

    django.setup()
    from django.test.utils import get_runner, setup_test_environment

    setup_test_environment()
    from django.conf import settings

    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        figures = measure(sizes, options.rounds)
    finally:
        runner.teardown_databases(databases)
    keep({"bench": "dashboard", "goal_p95_ms": GOAL_P95_MS, "orders": figures}, options.json)
    refuse_slow(figures, max(sizes))


def measure(sizes: list[int], rounds: int) -> dict[str, Any]:
    import logging

    from marketplace.users.tests.factories import make_buyer, make_seller

    logging.disable(logging.CRITICAL)
    buyer, seller, crowd, shops = make_buyer(), make_seller(), make_buyer(), make_seller()
    people = {"buyer": buyer.pk, "seller": seller.pk, "crowd": crowd.pk, "shops": shops.pk}
    table = Table("orders", "who", "p50 ms", "p95 ms", "p99 ms", "queries", "fill s")
    found: dict[str, Any] = {}
    filled = 0
    for size in sizes:
        seconds = fill(filled + 1, size, people)
        filled = size
        for name, person in (("seller", seller), ("buyer", buyer)):
            figures = one_person(person, rounds)
            found[f"{size} {name}"] = figures
            table.add(size, name, *figures.values(), round(seconds))
            table.show_last()
    return found


def fill(first: int, count: int, people: dict[str, UUID]) -> float:
    from django.db import connection, transaction

    started = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        # Nothing but these two tables is read, so no order and no event stands behind them.
        cursor.execute(PEOPLE, {"first": first, "count": count, **people})
        cursor.execute(HISTORY)
        cursor.execute(PAYMENTS)
        cursor.execute("DROP TABLE bench_deal")
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
    return time.monotonic() - started


def one_person(person: Any, rounds: int) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from marketplace.users.tests.factories import authorized_client

    client = authorized_client(person)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(ADDRESS)
    if answer.status_code != 200:
        raise SystemExit(f"{answer.status_code}: {answer.content!r}")
    asked = [query["sql"] for query in queries.captured_queries]
    for table in TABLES:
        if not any(table in sql for sql in asked):
            raise SystemExit(f"No query read {table}.")
    for sql in asked:
        refuse_whole_tables(sql)
    seconds = []
    for _ in range(WARM_UP + rounds):
        start = time.perf_counter()
        client.get(ADDRESS)
        seconds.append(time.perf_counter() - start)
    kept = seconds[WARM_UP:]
    shares = {f"p{percent}_ms": percentile(kept, percent) for percent in (50, 95, 99)}
    return {**shares, "queries": len(asked)}


def refuse_whole_tables(sql: str) -> None:
    """Stop when the plan of a query reads one of the filled tables, or an index, end to end."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql)
        (plan,) = cursor.fetchone() or ([],)
    text = plan if isinstance(plan, str) else json.dumps(plan)
    if found := whole_reads(json.loads(text)[0]["Plan"]):
        raise SystemExit(f"From end to end: {', '.join(found)}\n{sql}")


def whole_reads(plan: dict[str, Any]) -> list[str]:
    """What of the filled tables a plan reads from end to end. An index that is read without a
    condition is the whole table in another order."""
    return [
        f"{node['Relation Name']} ({node['Node Type']})"
        for node in scans(plan)
        if node.get("Relation Name") in TABLES
        and (
            node["Node Type"] == "Seq Scan"
            or (node["Node Type"] in INDEX_SCANS and "Index Cond" not in node)
        )
    ]


def refuse_slow(figures: dict[str, Any], size: int) -> None:
    """Stop when somebody waits longer than the goal in the largest history."""
    for name, found in figures.items():
        if name.startswith(f"{size} ") and found["p95_ms"] > GOAL_P95_MS:
            raise SystemExit(f"{name}: p95 {found['p95_ms']} ms, the goal is {GOAL_P95_MS} ms.")


def scans(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(found for child in node.get("Plans", []) for found in scans(child))]


if __name__ == "__main__":
    main()
