"""``check_invariants``: what freezes payouts by itself, and what does not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.events.testing import deliver_all
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.payments.invariants import find_breaches
from marketplace.payments.models import (
    Payment,
    PayoutFreeze,
    ProviderBalance,
    ReconciliationItem,
    ResolutionKind,
)
from marketplace.payments.providers.protocol import PaymentOutcome, ProviderUnknown
from marketplace.payments.repositories.freezes import payouts_frozen
from marketplace.payments.services import (
    check_invariants,
    hold_captured_funds,
    lift_payout_freeze,
    release_escrow,
    resolve_item,
)
from marketplace.payments.services.compare_balances import compare_balances
from marketplace.payments.services.record_attempt_outcome import record_attempt_observed
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    capture,
    hold,
    in_transaction,
    make_sale,
    make_user,
    start,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.reports import capture_line, line, open_items

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=61)
"""Beyond the grace of an hour."""


@pytest.fixture
def operator() -> Actor:
    return actor_for(make_user(Role.ADMIN))


def sold(provider: FakeProvider) -> Sale:
    """Paid, held, and reported."""
    sale = make_sale()
    hold(sale, provider)
    provider.report.append(capture_line(sale))
    return sale


def as_owner(table: str, change: str) -> None:
    """Change the books as only their owner can: with the triggers switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {change}")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_nothing_freezes_while_all_is_well(provider: FakeProvider) -> None:
    in_transaction(release_escrow, order_id=sold(provider).order_id)
    for by in (timedelta(0), LATER, 3 * LATER):
        with clock.shifted(by):
            assert check_invariants() == 0
    assert find_breaches() == []
    assert not payouts_frozen()


def test_a_line_at_the_provider_without_a_journal_freezes_after_the_grace(
    provider: FakeProvider,
) -> None:
    sold(provider)
    provider.report.append(line(amount_minor=1_234, object_id="pay_of_nobody"))
    check_invariants()
    assert not payouts_frozen(), "it may be under way"
    with clock.shifted(LATER):
        check_invariants()
    freeze = PayoutFreeze.objects.get()
    assert (freeze.cause, freeze.opened_by_job) == ("reports", "payments.check_invariants")
    assert "1 items of together 12.34 EUR are missing in our books" in freeze.detail


def test_a_capture_of_ours_that_the_report_never_names_freezes(provider: FakeProvider) -> None:
    hold(make_sale(), provider)
    check_invariants()
    assert not payouts_frozen()
    with clock.shifted(2 * LATER):
        check_invariants()
    assert "missing in its report" in PayoutFreeze.objects.get().detail


TAMPERED: dict[str, Callable[[], None]] = {
    "journals": lambda: as_owner(
        "payments_ledger_journal",
        "amounts_minor = '{9000,-9000}' WHERE kind = 'escrow_hold'",
    ),
    "balances": lambda: as_owner("payments_ledger_balance", "balance_minor = balance_minor + 1"),
    "payments": lambda: as_owner("payments_payment", "refunded_minor = 1"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_books_that_were_altered_by_their_owner_freeze_at_once(
    provider: FakeProvider, name: str
) -> None:
    sold(provider)
    TAMPERED[name]()
    check_invariants()
    assert PayoutFreeze.objects.get().cause == name


def test_an_entry_that_was_altered_is_found(provider: FakeProvider) -> None:
    sold(provider)
    as_owner("payments_ledger_entry", "amount_minor = amount_minor + 1 WHERE line = 1")
    names = [name for name, sentence in find_breaches() if "out of balance by 1 EUR" in sentence]
    assert names == ["journals"]


def test_a_report_that_does_not_add_up_to_the_balance_freezes(provider: FakeProvider) -> None:
    sale = sold(provider)
    provider.payments["pay_99"] = provider.payments[sale.attempt.provider_payment_id or ""]
    check_invariants()
    assert not payouts_frozen()
    with clock.shifted(LATER):
        check_invariants()
    freeze = PayoutFreeze.objects.get()
    assert freeze.cause == "reported_balances"
    assert "states a balance of 200.00 EUR, its lines add up to 100.00 EUR" in freeze.detail


def test_a_balance_that_moves_while_it_is_compared_says_nothing(provider: FakeProvider) -> None:
    sold(provider)
    stated = iter([1, 2, 3, 4, 10_000, 5, 7, 7])
    provider.read_balances = lambda: [Money(next(stated), "EUR")]  # type: ignore[method-assign]
    for expected in (False, False, False, True):
        compare_balances()
        assert bool(ProviderBalance.objects.get().differs_since_at) is expected


def test_a_provider_that_does_not_answer_is_no_breach(provider: FakeProvider) -> None:
    sold(provider)
    check_invariants()
    for hours in (2, 4):
        provider.fail_next = [ProviderUnknown("no answer")]
        with clock.shifted(timedelta(hours=hours)):
            check_invariants()
    assert not payouts_frozen()


def test_a_freeze_that_is_lifted_while_the_breach_persists_comes_back(
    provider: FakeProvider, operator: Actor
) -> None:
    provider.report.append(line(amount_minor=5, object_id="pay_of_nobody"))
    provider.read_balances = lambda: [Money(5, "EUR")]  # type: ignore[method-assign]
    check_invariants()
    with clock.shifted(LATER):
        check_invariants()
        first = PayoutFreeze.objects.get()
        lift_payout_freeze(freeze_id=first.id, actor=operator, reason="It will be fine.")
        check_invariants()
        assert PayoutFreeze.objects.count() == 2
        assert payouts_frozen()
        item = ReconciliationItem.objects.get()
        resolve_item(
            item_id=item.id,
            kind=ResolutionKind.SUSPENSE,
            expected=Money(5, "EUR"),
            actor=operator,
            reason="A stray transfer.",
        )
        second = PayoutFreeze.objects.get(lifted_at__isnull=True)
        lift_payout_freeze(freeze_id=second.id, actor=operator, reason="It is in suspense.")
        check_invariants()
        assert not payouts_frozen()


def test_operators_are_told_by_letter_once(provider: FakeProvider, operator: Actor) -> None:
    sold(provider)
    TAMPERED["balances"]()
    OutboxEvent.objects.all().delete()  # what the sale published is for orders
    check_invariants()
    check_invariants()
    deliver_all()
    letters = [letter for letter in mail.outbox if letter.subject == "Payouts are frozen"]
    (letter,) = letters
    assert "the row says" in letter.body
    freeze = PayoutFreeze.objects.get()
    lift_payout_freeze(freeze_id=freeze.id, actor=operator, reason="Restored from the copy.")
    deliver_all()
    assert mail.outbox[-1].subject == "Payouts go out again"
    assert "Restored from the copy." in mail.outbox[-1].body


def test_readiness_says_so_and_the_web_stays_in_service(
    provider: FakeProvider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.core.health.check_heartbeats", lambda: "")
    assert client.get("/health/ready").json()["checks"]["payouts"]["ok"]
    sold(provider)
    TAMPERED["balances"]()
    check_invariants()
    answer = client.get("/health/ready")
    payouts = answer.json()["checks"]["payouts"]
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert (payouts["ok"], payouts["vital"]) == (False, False)
    assert "Payouts are frozen since" in payouts["detail"]
    assert "row" not in payouts["detail"], "what was found is not for strangers"


def test_a_failing_audit_freezes_too(provider: FakeProvider) -> None:
    hold(make_sale(), provider)
    call_command("audit_ledger", verbosity=0)
    assert not payouts_frozen()
    TAMPERED["payments"]()
    with pytest.raises(SystemExit):
        call_command("audit_ledger", verbosity=0)
    freeze = PayoutFreeze.objects.get()
    assert (freeze.cause, freeze.opened_by_job) == ("audit", "audit_ledger")


def test_an_audit_that_only_differs_by_what_is_under_way_does_not_freeze(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    capture(sale, provider)  # the provider has it, and it is not in our books yet
    with pytest.raises(SystemExit):
        call_command("audit_ledger", only="providers' books", verbosity=0)
    assert not payouts_frozen()


@pytest.mark.django_db(transaction=True)
def test_traffic_raises_no_false_alarm(provider: FakeProvider) -> None:
    """Sales are made, reported before or after our own record, and released, while the monitor
    looks again and again; in the end everything has found its counterpart."""
    sales = [make_sale() for _ in range(12)]
    done = Event()

    def trade(number: int) -> None:
        sale = sales[number]
        attempt_id = start(sale).attempt_id
        object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
        if number % 2:
            provider.report.append(capture_line(sale))
        record_attempt_observed(attempt_id=attempt_id, observed=provider.payments[object_id])
        in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
        if not number % 2:
            provider.report.append(capture_line(sale))
        in_transaction(release_escrow, order_id=sale.order_id)

    def trade_all(first: int) -> None:
        try:
            for number in range(first, len(sales), 3):
                trade(number)
        finally:
            connection.close()

    def watch() -> int:
        runs = 0
        try:
            while not done.is_set() or not runs:
                check_invariants()
                runs += 1
        finally:
            connection.close()
        return runs

    with ThreadPoolExecutor(5) as pool:
        watchers = [pool.submit(watch) for _ in range(2)]
        traders = [pool.submit(trade_all, first) for first in range(3)]
        for trader in traders:
            trader.result()
        done.set()
        assert all(watcher.result() for watcher in watchers)
    assert Payment.objects.filter(escrow_status="RELEASED").count() == len(sales)
    with clock.shifted(LATER):
        check_invariants()
    assert open_items() == []
    assert find_breaches() == []
    assert not PayoutFreeze.objects.exists()
