"""Many clients at once on real connections: nothing lost, nothing doubled, nobody deadlocks."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.core.testing.figures import publish
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.audit import run_audit
from marketplace.payments.ledger.balances import get_balances
from marketplace.payments.ledger.checks import LEDGER_CHECKS
from marketplace.payments.ledger.errors import BusinessKeyReused, InsufficientFunds
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import credit, debit, post_journal
from marketplace.payments.ledger.reversal import reverse_journal
from marketplace.payments.ledger.tests.books import hold, release, top_up, transfer
from marketplace.payments.models import LedgerEntry, LedgerJournal

pytestmark = pytest.mark.django_db(transaction=True)

HOT_WALLETS = 5
CLIENTS = int(os.environ.get("FAIRHOLD_BANK_CLIENTS", "16"))
TRANSFERS_PER_CLIENT = int(os.environ.get("FAIRHOLD_BANK_TRANSFERS", "40"))
STARTING_MINOR = 1_000
REVERSALS = 10


def at_once(works: list[Callable[[], object]]) -> list[object]:
    """Run each on a connection of its own, started together; results or errors, in order."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            barrier.wait(30)
            return work()
        except Exception as error:  # noqa: BLE001 (the tests look at it)
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_the_bank_test_readers_see_a_constant_total_and_the_end_equals_a_serial_model() -> None:
    """Assurance 13 and 14: random transfers among five hot wallets, read all the while."""
    seed = random.randrange(2**32)
    users = [new_id() for _ in range(HOT_WALLETS)]
    wallets = [accounts.user_wallet(user_id, "EUR") for user_id in users]
    for user_id in users:
        top_up(user_id, STARTING_MINOR)
    done = threading.Event()
    accepted: list[tuple[UUID, UUID, int]] = []

    def client(number: int) -> Counter[str]:
        chance = random.Random(f"{seed}:{number}")
        outcomes: Counter[str] = Counter()
        for step in range(TRANSFERS_PER_CLIENT):
            sender, receiver = chance.sample(users, 2)
            amount = chance.randint(1, STARTING_MINOR)
            try:
                # No retry here: a deadlock would be seen.
                transfer(sender, receiver, amount, key=f"{number}:{step}")
                accepted.append((sender, receiver, amount))
                outcomes["moved"] += 1
            except InsufficientFunds:
                outcomes["refused"] += 1
        return outcomes

    def reader() -> int:
        reads = 0
        while not done.is_set():
            found = get_balances(wallets)
            assert sum(money.amount_minor for money in found.values()) == 5 * STARTING_MINOR
            assert all(money.amount_minor >= 0 for money in found.values())
            reads += 1
            time.sleep(0.005)
        return reads

    def all_clients() -> list[object]:
        try:
            return at_once([lambda n=n: client(n) for n in range(CLIENTS)])  # type: ignore[misc]
        finally:
            done.set()

    results, *readers = at_once([all_clients, reader, reader])
    assert isinstance(results, list), results
    assert all(isinstance(result, Counter) for result in results), (seed, results)
    assert all(isinstance(reads, int) and reads > 0 for reads in readers), (seed, readers)
    expected = dict.fromkeys(users, STARTING_MINOR)
    for sender, receiver, amount in accepted:
        expected[sender] -= amount
        expected[receiver] += amount
    found = get_balances(wallets)
    assert [found[w].amount_minor for w in wallets] == [expected[u] for u in users], seed
    outcomes = sum((r for r in results if isinstance(r, Counter)), Counter())
    assert outcomes.total() == CLIENTS * TRANSFERS_PER_CLIENT
    assert run_audit(checks=LEDGER_CHECKS).is_clean
    publish(
        "bank",
        seed=seed,
        clients=CLIENTS,
        hot_accounts=HOT_WALLETS,
        transfers=dict(outcomes),
        totals_read=sum(reads for reads in readers if isinstance(reads, int)),
        wrong_totals=0,
        deadlocks=0,
    )


def test_the_same_journal_posted_at_once_is_posted_once() -> None:
    order_id, seller_id = new_id(), new_id()
    hold(order_id, 1_000)
    results = at_once(
        [lambda: release(order_id, seller_id, gross=1_000, commission=100, tax=0)] * 20
    )
    assert len({getattr(result, "id", result) for result in results}) == 1, results
    assert sum(getattr(result, "created", False) for result in results) == 1
    assert get_balances([accounts.user_wallet(seller_id, "EUR")]).popitem()[1] == Money(900, "EUR")


def test_a_journal_that_many_reverse_at_once_is_reversed_once_and_all_are_answered() -> None:
    def reverse(journal_id: UUID) -> UUID:
        with transaction.atomic():
            return reverse_journal(journal_id, "by mistake").id

    # Two unique indexes keep the second one out; which of them meets it first is a matter of
    # microseconds, so many meet here.
    for _ in range(REVERSALS):
        journal_id = top_up(new_id(), 100).id
        outcomes = at_once([partial(reverse, journal_id)] * CLIENTS)
        assert set(outcomes) == {LedgerJournal.objects.get(reverses_id=journal_id).id}


def test_mistake_4_a_second_release_of_the_same_money_is_refused() -> None:
    """Two different journals over the same escrow, at once: one has the money, one is refused."""
    order_id, seller_id = new_id(), new_id()
    hold(order_id, 1_000)
    results = at_once(
        [
            lambda key=key: release(  # type: ignore[misc]
                order_id, seller_id, gross=600, commission=0, tax=0, key=key
            )
            for key in ("a", "b")
        ]
    )
    assert sorted(type(result).__name__ for result in results) == [
        "InsufficientFunds",
        "PostedJournal",
    ]
    assert LedgerJournal.objects.filter(kind=JournalKind.ESCROW_RELEASE).count() == 1


def test_one_key_with_two_contents_at_once_is_posted_once() -> None:
    order_id = new_id()
    hold(new_id(), 1)
    results = at_once([lambda n=n: hold(order_id, n, key="one") for n in (1, 2)])  # type: ignore[misc]
    assert sorted(type(result).__name__ for result in results) == [
        "BusinessKeyReused",
        "PostedJournal",
    ]
    assert any(isinstance(result, BusinessKeyReused) for result in results)


def test_new_accounts_opened_at_once_from_both_sides_do_not_deadlock() -> None:
    clearing = accounts.psp_clearing("sandbox", "EUR")
    for _ in range(10):
        first, second = sorted([new_id(), new_id()])

        def open_both(one: UUID, other: UUID, key: UUID) -> None:
            with transaction.atomic():
                post_journal(
                    kind=JournalKind.WALLET_TOP_UP,
                    business_key=str(key),
                    reference_id=key,
                    legs=[
                        credit(accounts.user_wallet(one, "EUR"), Money(1, "EUR")),
                        debit(clearing, Money(2, "EUR")),
                        credit(accounts.user_wallet(other, "EUR"), Money(1, "EUR")),
                    ],
                )

        results = at_once(
            [
                lambda a=first, b=second: open_both(a, b, new_id()),  # type: ignore[misc]
                lambda a=first, b=second: open_both(b, a, new_id()),  # type: ignore[misc]
            ]
            * 4
        )
        assert not any(isinstance(result, DatabaseError) for result in results), results


def test_commission_makes_nobody_wait() -> None:
    """A release that is still open holds up no other release, though both pay one commission."""
    orders = [(new_id(), new_id()) for _ in range(2)]
    for order_id, _ in orders:
        hold(order_id, 100)
    release(orders[0][0], orders[0][1], gross=10, commission=1, tax=1, key="opens the accounts")
    finished = threading.Event()

    def other() -> None:
        release(*orders[1], gross=100, commission=10, tax=1)
        finished.set()

    with transaction.atomic():
        release(*orders[0], gross=90, commission=9, tax=1)
        thread = threading.Thread(target=lambda: at_once([other]))
        thread.start()
        assert finished.wait(20)
    thread.join(20)
    entries = LedgerEntry.objects.filter(account__code="revenue:commission")
    assert entries.count() == 3
