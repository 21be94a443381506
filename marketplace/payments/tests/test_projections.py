import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from marketplace.core.money import Money
from marketplace.payments.audits import (
    check_payments_equal_their_accounts,
    check_statements_equal_ledger,
)
from marketplace.payments.ledger.audit import Tally
from marketplace.payments.models import Payment, PaymentEvent, Payout, Refund, Transaction
from marketplace.payments.projections import (
    check_projections,
    rebuild_projections,
)
from marketplace.payments.providers.protocol import PayoutOutcome, RefundOutcome
from marketplace.payments.services import (
    refund_escrow,
    release_escrow,
    submit_payouts,
    submit_refunds,
    void_payment,
)
from marketplace.payments.services.record_payout_outcome import record_payout_observed
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    hold,
    in_transaction,
    make_bank_account,
    make_paid_seller,
    make_sale,
    start,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy_books(provider: FakeProvider) -> Sale:
    """Payments and payouts in many states; returns one in escrow."""
    make_sale()
    started, voided, released, refunded = (make_sale() for _ in range(4))
    start(started)
    in_transaction(void_payment, order_id=voided.order_id)
    hold(released, provider)
    in_transaction(release_escrow, order_id=released.order_id)
    for outcome in (RefundOutcome.SUCCEEDED, RefundOutcome.FAILED):
        refunded = make_sale()
        hold(refunded, provider)
        in_transaction(refund_escrow, order_id=refunded.order_id, reason="Cancelled")
        submit_refunds()
        refund = Refund.objects.get(payment_id=refunded.payment_id)
        object_id = provider.settle_refund(str(refund.id), outcome)
        record_refund_observed(refund_id=refund.id, observed=provider.refunds[object_id])
    seller = make_paid_seller(provider)
    account = make_bank_account(seller)
    for number, payout_outcome in enumerate(PayoutOutcome):
        snapshot = withdraw_approved(
            actor=actor_for(seller),
            amount=Money(1_000, "EUR"),
            bank_account_id=account.id,
            idempotency_key=str(number),
        )
        submit_payouts()
        payout = Payout.objects.get(id=snapshot.id)
        object_id = provider.settle_payout(str(payout.id), payout_outcome)
        record_payout_observed(payout_id=payout.id, observed=provider.payouts[object_id])
    held = make_sale()
    hold(held, provider)
    return held


@pytest.mark.usefixtures("busy_books")
def test_the_projections_are_what_the_events_say() -> None:
    result = check_projections()
    assert result.differences == []
    assert result.streams == Payment.objects.count() + Payout.objects.count()
    assert result.events == PaymentEvent.objects.count()
    for check in (check_statements_equal_ledger, check_payments_equal_their_accounts):
        tally = Tally()
        assert list(check(tally)) == []
        assert tally.examined > 0


def test_a_nudged_projection_is_found_and_mended(busy_books: Sale) -> None:
    Payment.objects.filter(id=busy_books.payment_id).update(captured_minor=9_000)
    Transaction.objects.filter(payment_id=busy_books.payment_id).update(amount_minor=1)
    Transaction.objects.filter(type="ESCROW_RELEASE").delete()
    found = check_projections()
    assert len(found.differences) == 4
    assert list(check_statements_equal_ledger(Tally())) != []
    assert list(check_payments_equal_their_accounts(Tally())) != []
    assert any("captured_minor is 9000, the events say 10000" in d for d in found.differences)
    with pytest.raises(CommandError):
        call_command("rebuild_payments", "--check", stdout=io.StringIO())
    assert rebuild_projections().written == 4
    assert check_projections().differences == []
    call_command("rebuild_payments", "--check", stdout=io.StringIO())


def test_a_line_without_an_event_and_a_payment_without_events_are_found(busy_books: Sale) -> None:
    line = Transaction.objects.filter(payment_id=busy_books.payment_id).get()
    line.id = busy_books.order_id
    line.save(force_insert=True)
    payment = busy_books.payment
    payment.id, payment.order_id = busy_books.order_id, busy_books.payment_id
    payment.save(force_insert=True)
    differences = check_projections().differences
    assert f"Transaction {busy_books.order_id}: no event made it" in differences
    assert f"Payment {busy_books.order_id}: has no events" in differences


@pytest.mark.parametrize(
    "tamper",
    [
        (
            "UPDATE payments_payment_event SET payload = jsonb_set(payload, '{amount_minor}', '1') "
            "WHERE type = 'FundsHeld'"
        ),
        (
            "UPDATE payments_payment_event SET occurred_at = occurred_at - interval '1 day' "
            "WHERE type = 'FundsHeld'"
        ),
        "UPDATE payments_payment_event SET actor = 'user:nobody' WHERE type = 'FundsHeld'",
        "DELETE FROM payments_payment_event WHERE type = 'CaptureConfirmed'",
    ],
)
@pytest.mark.usefixtures("busy_books")
def test_an_altered_event_breaks_its_chain(tamper: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE payments_payment_event DISABLE TRIGGER USER")
        cursor.execute(tamper)
        cursor.execute("ALTER TABLE payments_payment_event ENABLE TRIGGER USER")
    differences = check_projections().differences
    assert any("was altered" in d or "is missing" in d for d in differences)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payments_payment_event SET type = 'x'",
        "DELETE FROM payments_payment_event",
        "TRUNCATE payments_payment_event",
    ],
)
def test_the_database_refuses_to_change_events(provider: FakeProvider, change: str) -> None:
    make_sale()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert PaymentEvent.objects.count() == 1
