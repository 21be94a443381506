from datetime import timedelta

import pytest

from marketplace.core.errors import NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import CaptureNotConfirmed, PaymentAlreadyPaid
from marketplace.payments.ledger import accounts
from marketplace.payments.models import LedgerJournal, PaymentReview, Refund, Transaction
from marketplace.payments.providers.protocol import PaymentOutcome
from marketplace.payments.services import HoldOutcome, hold_captured_funds, void_payment
from marketplace.payments.services.record_attempt_outcome import record_attempt_observed
from marketplace.payments.tests.factories import (
    Sale,
    balance,
    capture,
    escrow,
    everything,
    hold,
    in_transaction,
    make_sale,
    report_capture,
    start,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


def book(sale: Sale, attempt_id: object) -> HoldOutcome:
    return in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)


def suspense_minor(currency: str = "EUR") -> int:
    """What waits in suspense: it keeps no balance row, so the entries are summed."""
    from django.db.models import Sum

    from marketplace.payments.models import LedgerEntry

    account = accounts.suspense("sandbox", currency)
    rows = LedgerEntry.objects.filter(account__code=account.code, currency=currency)
    return -(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


def test_the_capture_goes_into_escrow(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = capture(sale, provider)
    (reported,) = recorded("payments.CaptureReported")
    assert (reported["amount_minor"], reported["currency"]) == (10_000, "EUR")
    assert book(sale, attempt_id) is HoldOutcome.HELD
    payment = sale.payment
    assert (payment.status, payment.escrow_status) == ("COMPLETED", "IN_ESCROW")
    assert payment.captured_at is not None
    assert payment.must_settle_before == payment.captured_at + timedelta(days=90) or (
        payment.must_settle_before is not None
    )
    assert escrow(sale) == 10_000
    assert len(recorded("payments.FundsHeld")) == 1
    line = Transaction.objects.get(wallet__user=sale.buyer)
    assert (line.type, line.amount_minor, line.wallet_change_minor) == ("ESCROW_HOLD", 10_000, 0)


def test_holding_twice_changes_nothing(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = hold(sale, provider)
    before = everything()
    assert book(sale, attempt_id) is HoldOutcome.ALREADY_HELD
    assert everything() == before


def test_what_the_provider_has_not_confirmed_is_not_held(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    before = everything()
    with pytest.raises(CaptureNotConfirmed):
        book(sale, attempt_id)
    assert everything() == before


def test_an_attempt_of_another_payment_is_not_found(provider: FakeProvider) -> None:
    sale, other = make_sale(), make_sale()
    attempt_id = capture(sale, provider)
    before = everything()
    for payment_id, wanted in ((other.payment_id, attempt_id), (sale.payment_id, new_id())):
        with pytest.raises(NotFound):
            in_transaction(hold_captured_funds, payment_id=payment_id, attempt_id=wanted)
    assert everything() == before


@pytest.mark.parametrize(
    ("captured", "kind"),
    [
        (Money(9_999, "EUR"), "WRONG_AMOUNT"),
        (Money(10_001, "EUR"), "WRONG_AMOUNT"),
        (Money(10_000, "USD"), "WRONG_CURRENCY"),
    ],
)
def test_another_amount_or_currency_goes_to_suspense_and_a_person(
    provider: FakeProvider, captured: Money, kind: str
) -> None:
    sale = make_sale()
    attempt_id = capture(sale, provider, captured)
    assert book(sale, attempt_id) is HoldOutcome.IN_REVIEW
    assert sale.payment.escrow_status is None
    assert escrow(sale) == 0
    assert suspense_minor(captured.currency) == captured.amount_minor
    review = PaymentReview.objects.get()
    assert (review.kind, review.in_suspense, review.status) == (kind, True, "OPEN")
    assert len(recorded("payments.PaymentReviewOpened")) == 1
    before = everything()
    assert book(sale, attempt_id) is HoldOutcome.ALREADY_IN_REVIEW
    assert everything() == before
    assert PaymentReview.objects.count() == 1


def test_a_second_payment_for_the_same_order_goes_to_suspense(provider: FakeProvider) -> None:
    sale = make_sale()
    first = start(sale).attempt_id
    declined = provider.settle_payment(str(first), PaymentOutcome.DECLINED)
    record_attempt_observed(attempt_id=first, observed=provider.payments[declined])
    second = capture(sale, provider, key="key-2")
    assert book(sale, second) is HoldOutcome.HELD
    report_capture(provider, first)
    assert book(sale, first) is HoldOutcome.IN_REVIEW
    assert escrow(sale) == 10_000
    assert suspense_minor() == 10_000
    assert PaymentReview.objects.get().kind == "DOUBLED_CAPTURE"


def test_a_capture_after_the_order_ended_is_held_reviewed_and_refunded(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    in_transaction(void_payment, order_id=sale.order_id)
    assert sale.payment.status == "FAILED"
    report_capture(provider, attempt_id)
    assert book(sale, attempt_id) is HoldOutcome.IN_REVIEW
    assert sale.payment.escrow_status == "REFUNDED"
    assert escrow(sale) == 0
    refund = Refund.objects.get()
    assert balance(accounts.refund_in_transit(refund.id, "EUR")) == 10_000
    assert PaymentReview.objects.get().kind == "LATE_CAPTURE"
    before = everything()
    assert book(sale, attempt_id) is HoldOutcome.ALREADY_IN_REVIEW
    assert everything() == before


def test_voiding_twice_changes_nothing_and_voiding_what_is_paid_is_refused(
    provider: FakeProvider,
) -> None:
    sale, paid = make_sale(), make_sale()
    in_transaction(void_payment, order_id=sale.order_id)
    hold(paid, provider)
    before = everything()
    in_transaction(void_payment, order_id=sale.order_id)
    with pytest.raises(PaymentAlreadyPaid):
        in_transaction(void_payment, order_id=paid.order_id)
    assert everything() == before


def test_a_capture_reported_twice_is_reported_once(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = capture(sale, provider)
    before = everything()
    report_capture(provider, attempt_id)
    assert everything() == before
    assert LedgerJournal.objects.count() == 0
