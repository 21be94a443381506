"""The kill test: `kill -9` at random while strangers trade; nothing is lost, nothing doubled.

    .venv/bin/python -m pytest tests/assurance/test_kill.py -n 0 -s

Web server, worker and PostgreSQL (the platform's and the sandbox provider's) die without a warning
and come back. Callers whose outcome is unknown send the same call again under the same key.
``FAIRHOLD_KILL_SEED`` repeats a run's victims and moments, ``FAIRHOLD_KILL_SECONDS`` its length:
as it stands it is the short form, 30 and more have twice the traders.
"""

import os
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
import pytest

from demo.api import NeverHappened, wait_for
from demo.people import PASSWORD
from launcher.account import forget_outside_folder
from launcher.postgres import OWNER, SANDBOX, SANDBOX_DATABASE
from launcher.services import Program, Service
from launcher.stack import Stack
from launcher.tests.settled import copy_settled
from marketplace.core.testing.figures import publish
from tests.assurance.traffic import Heard, Pair, StubbornApi
from tests.running import Platform, run_program, without_test_servers

SECONDS = float(os.environ.get("FAIRHOLD_KILL_SECONDS", "8"))
pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(600 + SECONDS)]

PAIRS = 6 if SECONDS >= 30 else 3
PREPARED = 12 if SECONDS >= 30 else 4
"""Orders of each pair that wait for their release when the killing begins."""
SETTLE_SECONDS = 150.0
FEWEST_KILLS = 4
VICTIMS = ("web", "worker", "postgres", "web", "worker", "postgres", "sandbox")


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("killed")
    # Hidden until the end: the platform's environment is read again for each program that runs.
    with without_test_servers():
        copy_settled(folder)
        # Not `unsafe`: without synchronous commits a killed PostgreSQL may forget what it promised.
        stack = Stack(data_dir=folder)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
            forget_outside_folder(folder)


def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(stack: Stack) -> None:
    seed = int(os.environ.get("FAIRHOLD_KILL_SEED") or secrets.randbelow(10**6))
    print(f"\nFAIRHOLD_KILL_SEED={seed}")
    chance = random.Random(seed)
    heard = Heard()
    pairs = make_pairs(stack, heard, chance)
    stop = threading.Event()
    with ThreadPoolExecutor(2 * PAIRS) as pool:
        list(pool.map(lambda pair: pair.prepare(PREPARED), pairs))
        trading = [pool.submit(act, stop) for pair in pairs for act in (pair.trade, pair.release)]
        # In this thread: the kernel ties a child to the thread that started it.
        started_at = time.monotonic()
        try:
            kills = kill_at_random(stack, chance, SECONDS)
        finally:
            stop.set()
        killed_at = time.monotonic()
        for future in trading:
            future.result()
    told_at = time.monotonic()
    found = settle(stack) + differences(stack, pairs)
    publish(
        "kill",
        seed=seed,
        kills=dict(kills),
        seconds=[round(t - started_at) for t in (killed_at, told_at, time.monotonic())],
        calls=dict(heard.calls),
        refusals=dict(heard.refusals),
        placed=sum(len(pair.books.placed) for pair in pairs),
        released=sum(len(pair.books.released) for pair in pairs),
        cancelled=sum(len(pair.books.cancelled) for pair in pairs),
        withdrawn=sum(len(pair.books.withdrawn) for pair in pairs),
        lost_or_doubled=len(found),
        differences=found,
    )
    assert found == []


def make_pairs(stack: Stack, heard: Heard, chance: random.Random) -> list[Pair]:
    platform = Platform.of(stack)
    pairs = []
    for _ in range(PAIRS):
        seller, buyer = person(stack, heard, "SELLER"), person(stack, heard, "BUYER")
        account = seller.post_approved(
            "/api/v1/wallet/bank-accounts/",
            "bank_account",
            {
                "account_holder": "Seller of a test",
                "iban": "DE89370400440532013000",
                "currency": "EUR",
            },
        )
        product = platform.product(seller, inventory_count=1_000_000, price="20.00")
        own_chance = random.Random(chance.random())
        pairs.append(Pair(buyer, seller, product, account["id"], own_chance))
    return pairs


def person(stack: Stack, heard: Heard, user_type: str) -> StubbornApi:
    email = f"{user_type.lower()}-{uuid4().hex[:12]}@kill.fairhold.test"
    api = StubbornApi(stack.base_url)
    api.heard = heard
    names = {"first_name": user_type.title(), "last_name": "of a test"}
    api.sign_up(email=email, password=PASSWORD, user_type=user_type, **names)
    api.verify_email(email)
    api.sign_in(email, PASSWORD)
    return api


def kill_at_random(stack: Stack, chance: random.Random, seconds: float) -> Counter[str]:
    kills: Counter[str] = Counter()
    end = time.monotonic() + seconds
    while time.monotonic() < end or sum(kills.values()) < FEWEST_KILLS:
        time.sleep(chance.uniform(0.5, 4.0))
        victims = chance.sample(VICTIMS, k=2 if chance.random() < 0.2 else 1)
        services = [stack.service(name) for name in dict.fromkeys(victims)]
        for service in services:
            kill(service)
            kills[service.name] += 1
        time.sleep(chance.uniform(0.0, 1.0))
        start_again(services)
    return kills


def kill(service: Service) -> None:
    """The whole family at once, as when the power of a machine fails; nobody says goodbye."""
    parent = psutil.Process(service.pid)
    family = [*parent.children(recursive=True), parent]
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    service.stop()  # takes note of the end
    psutil.wait_procs(family, timeout=10)


def start_again(services: Sequence[Service]) -> None:
    """All of them before any is waited for: the sandbox answers only once PostgreSQL is back."""
    for service in services:
        service.start()
    for service in services:
        if isinstance(service, Program):
            service.wait()


def settle(stack: Stack) -> list[str]:
    """Wait until every event is handed on and the provider has answered everything."""
    assert stack.postgres is not None
    waiting = {
        "events": "SELECT count(*) FROM core_outbox_event WHERE published_at IS NULL",
        "webhooks": "SELECT count(*) FROM payments_provider_webhook WHERE state = 'RECEIVED'",
        "refunds": "SELECT count(*) FROM payments_refund WHERE status NOT IN "
        "('SUCCEEDED', 'FAILED')",
        "payouts": "SELECT count(*) FROM payments_payout WHERE status IN "
        "('REQUESTED', 'UNKNOWN', 'SENT')",
    }

    def left() -> list[str]:
        counts = {what: rows(stack, statement)[0][0] for what, statement in waiting.items()}
        return [f"{count} {what} still wait" for what, count in counts.items() if count]

    with suppress(NeverHappened):
        wait_for(lambda: not left(), "everything to settle", SETTLE_SECONDS)
    return left()


def rows(stack: Stack, statement: str, *, sandbox: bool = False) -> list[tuple[Any, ...]]:
    assert stack.postgres is not None
    url = stack.postgres.url(SANDBOX, SANDBOX_DATABASE) if sandbox else stack.postgres.url(OWNER)
    with psycopg.connect(url) as connection:
        return connection.execute(statement.encode()).fetchall()


def differences(stack: Stack, pairs: Sequence[Pair]) -> list[str]:
    """Everything that the callers were told and the books do not say, and the other way round."""
    found = [fault for pair in pairs for fault in pair.books.faults]
    found += journals_against_promises(stack, pairs)
    found += orders_against_promises(stack, pairs)
    found += provider_against_us(stack)
    for command in (("manage.py", "audit_ledger"), ("manage.py", "rebuild_payments", "--check")):
        found += complaint(stack, stack.env, *command)
    found += complaint(stack, stack.sandbox_env, "-m", "sandbox", "check")
    return found


def complaint(stack: Stack, env: dict[str, str], *command: str) -> list[str]:
    ran = run_program(*command, env=env)
    return [] if ran.returncode == 0 else [f"{command}: {ran.stdout[-3000:]}{ran.stderr[-2000:]}"]


def journals_against_promises(stack: Stack, pairs: Sequence[Pair]) -> list[str]:
    journals = {
        (kind, order): times
        for kind, order, times in rows(
            stack,
            "SELECT kind, reference_id::text, count(*) FROM payments_ledger_journal GROUP BY 1, 2",
        )
    }
    found = [f"{kind} of {of} was posted {n} times" for (kind, of), n in journals.items() if n > 1]
    released = {order for kind, order in journals if kind == "escrow_release"}
    refunded = {order for kind, order in journals if kind == "refund_before_release"}
    found += [f"order {order} was released and refunded" for order in released & refunded]
    for name, promised, booked in (
        ("released", {o for pair in pairs for o in pair.books.released}, released),
        ("refunded", {o for pair in pairs for o in pair.books.cancelled}, refunded),
    ):
        found += [f"order {order} was promised {name} and is not" for order in promised - booked]
        found += [f"order {order} is {name} and nobody asked" for order in booked - promised]
    return found


def orders_against_promises(stack: Stack, pairs: Sequence[Pair]) -> list[str]:
    orders = dict(rows(stack, "SELECT id::text, status FROM orders_order"))
    payouts = dict(rows(stack, "SELECT id::text, amount_minor FROM payments_payout"))
    placed = {order for pair in pairs for order in pair.books.placed}
    promised = {payout: minor for pair in pairs for payout, minor in pair.books.withdrawn.items()}
    found = [f"order {order} was placed twice or by nobody" for order in orders.keys() - placed]
    found += [f"order {order} was promised and is lost" for order in placed - orders.keys()]
    for pair in pairs:
        for status, ended in (
            ("COMPLETED", pair.books.released),
            ("CANCELLED", pair.books.cancelled),
        ):
            found += [f"order {o} is {orders.get(o)}" for o in ended if orders.get(o) != status]
    if payouts != promised:
        found.append(f"withdrawals are {payouts}, promised were {promised}")
    return found


OURS = {
    "payment": "SELECT id::text FROM payments_payment_attempt WHERE status = 'CAPTURED'",
    "refund": "SELECT id::text FROM payments_refund WHERE status = 'SUCCEEDED'",
    "payout": "SELECT id::text FROM payments_payout WHERE status = 'PAID'",
}
THEIRS = {
    "payment": "SELECT reference FROM provider_payment WHERE status = 'succeeded'",
    "refund": "SELECT reference FROM provider_refund WHERE status = 'succeeded'",
    "payout": "SELECT reference FROM provider_payout WHERE status = 'paid'",
}
COLLECTED_TWICE = """
    SELECT payment_id FROM payments_payment_attempt WHERE status = 'CAPTURED'
     GROUP BY 1 HAVING count(*) > 1
"""


def provider_against_us(stack: Stack) -> list[str]:
    """What the provider moved, by our references: each once, and no more than we know."""
    found = []
    for what, ours in OURS.items():
        moved = [reference for (reference,) in rows(stack, THEIRS[what], sandbox=True)]
        known = {reference for (reference,) in rows(stack, ours)}
        found += [f"{what} {r} was moved {n} times" for r, n in Counter(moved).items() if n > 1]
        found += [f"{what} {r} was moved, and we do not know" for r in set(moved) - known]
        found += [f"{what} {r} is booked, and was not moved" for r in known - set(moved)]
    twice = rows(stack, COLLECTED_TWICE)
    return found + [f"payment {payment_id} was collected twice" for (payment_id,) in twice]
