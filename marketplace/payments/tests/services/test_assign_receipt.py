from typing import Any
from uuid import UUID

import pytest

from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import (
    PaymentAlreadyPaid,
    ReasonMissing,
    ReceiptDoesNotFit,
    ReceiptNotAssignable,
    ReviewAlreadyResolved,
)
from marketplace.payments.ledger import accounts
from marketplace.payments.models import PaymentReview, Refund
from marketplace.payments.providers.protocol import NewPayment, PaymentOutcome
from marketplace.payments.services import (
    HoldOutcome,
    Resolution,
    assign_receipt,
    hold_captured_funds,
    refund_escrow,
    resolve_review,
    submit_refunds,
    void_payment,
)
from marketplace.payments.services.book_unmatched_capture import book_unmatched_capture
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    balance,
    capture,
    escrow,
    everything,
    hold,
    in_transaction,
    make_sale,
    make_user,
    start,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_hold_captured_funds import suspense_minor
from marketplace.users.tests.factories import make_admin

pytestmark = pytest.mark.django_db
HUNDRED = Money(10_000, "EUR")


def stray_receipt(provider: FakeProvider, amount: Money = HUNDRED) -> PaymentReview:
    """The provider collected money under a reference that nobody gave out."""
    asked = provider.create_payment(NewPayment(str(new_id()), amount, "", ""))
    object_id = provider.settle_payment(asked.reference, PaymentOutcome.CAPTURED)
    book_unmatched_capture(provider="sandbox", observed=provider.payments[object_id])
    return PaymentReview.objects.get(provider_object_id=object_id)


def assign(review: PaymentReview, sale: Sale, **changes: Any) -> None:
    arguments: dict[str, Any] = {
        "review_id": review.id,
        "order_id": sale.order_id,
        "actor": actor_for(make_admin()),
        "reason": "The buyer showed the transfer",
        **changes,
    }
    assign_receipt(**arguments)


def receive(sale: Sale) -> HoldOutcome:
    """What the order does when it hears of the capture."""
    event = recorded("payments.CaptureReported")[-1]
    return in_transaction(
        hold_captured_funds, payment_id=sale.payment_id, attempt_id=UUID(str(event["attempt_id"]))
    )


def test_it_goes_from_suspense_into_the_order_s_escrow(provider: FakeProvider) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    assert suspense_minor() == 10_000
    assign(review, sale)
    assert receive(sale) is HoldOutcome.HELD
    assert (escrow(sale), suspense_minor()) == (10_000, 0)
    payment = sale.payment
    assert (payment.status, payment.escrow_status) == ("COMPLETED", "IN_ESCROW")
    assert payment.provider_transaction_id == review.provider_object_id
    review.refresh_from_db()
    assert (review.status, review.resolution) == ("RESOLVED", "ASSIGN")
    assert (review.order_id, review.resolved_reason) == (
        sale.order_id,
        "The buyer showed the transfer",
    )


def test_the_provider_waits_from_when_it_got_the_money(provider: FakeProvider) -> None:
    first, review = make_sale(), stray_receipt(provider)
    hold(first, provider)
    second = make_sale()
    assign(review, second)
    receive(second)
    limits = (second.payment.must_settle_before, first.payment.must_settle_before)
    assert limits[0] is not None
    assert limits[1] is not None
    assert limits[0] <= limits[1]


def test_it_is_refunded_through_the_provider_that_collected_it(provider: FakeProvider) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    assign(review, sale)
    receive(sale)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Sold out")
    submit_refunds()
    (refunded,) = provider.refunds.values()
    assert (refunded.amount, escrow(sale)) == (HUNDRED, 0)


def test_for_an_order_that_has_ended_it_goes_back_at_once(provider: FakeProvider) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    in_transaction(void_payment, order_id=sale.order_id)
    assign(review, sale)
    assert receive(sale) is HoldOutcome.IN_REVIEW
    refund = Refund.objects.get()
    assert (refund.amount_minor, escrow(sale), suspense_minor()) == (10_000, 0, 0)


def test_when_another_payment_comes_first_it_stays_in_suspense_and_can_be_refunded(
    provider: FakeProvider,
) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    start(sale)
    assign(review, sale)
    assigned = UUID(str(recorded("payments.CaptureReported")[-1]["attempt_id"]))
    paid = capture(sale, provider)
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=paid)
    late = in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=assigned)
    again = in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=assigned)
    assert (late, again) == (HoldOutcome.IN_REVIEW, HoldOutcome.ALREADY_IN_REVIEW)
    assert (escrow(sale), suspense_minor()) == (10_000, 10_000)
    doubled = PaymentReview.objects.get(kind="DOUBLED_CAPTURE")
    resolve_review(
        review_id=doubled.id,
        actor=actor_for(make_admin()),
        resolution=Resolution.REFUND,
        reason="Paid twice",
    )
    refund = Refund.objects.get()
    assert balance(accounts.refund_in_transit(refund.id, "EUR")) == 10_000
    assert suspense_minor() == 0


def test_the_same_event_of_the_provider_s_later_books_nothing(provider: FakeProvider) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    assign(review, sale)
    receive(sale)
    before = everything()
    said = book_unmatched_capture(
        provider="sandbox", observed=provider.payments[review.provider_object_id]
    )
    assert (said, everything()) == ("nothing new", before)


def refused(error: type[DomainError], review: PaymentReview, sale: Sale, **changes: Any) -> None:
    before = everything()
    with pytest.raises(error):
        assign(review, sale, **changes)
    assert everything() == before
    review.refresh_from_db()
    assert review.resolution != "ASSIGN" or review.order_id != sale.order_id


def test_only_an_operator_with_a_reason_assigns_and_only_what_exists(
    provider: FakeProvider,
) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    refused(Forbidden, review, sale, actor=actor_for(make_user()))
    refused(ReasonMissing, review, sale, reason=" ")
    refused(NotFound, review, sale, review_id=new_id())
    refused(NotFound, review, sale, order_id=new_id())


def test_another_amount_or_currency_does_not_fit(provider: FakeProvider) -> None:
    refused(ReceiptDoesNotFit, stray_receipt(provider, Money(9_999, "EUR")), make_sale())
    refused(ReceiptDoesNotFit, stray_receipt(provider, Money(10_000, "USD")), make_sale())


def test_an_order_that_is_paid_takes_no_second_payment(provider: FakeProvider) -> None:
    held, about_to_be = make_sale(), make_sale()
    hold(held, provider)
    capture(about_to_be, provider, key="key-2")
    review = stray_receipt(provider)
    refused(PaymentAlreadyPaid, review, held)
    refused(PaymentAlreadyPaid, review, about_to_be)


def test_one_receipt_is_assigned_once(provider: FakeProvider) -> None:
    sale, other, review = make_sale(), make_sale(), stray_receipt(provider)
    assign(review, sale)
    refused(ReviewAlreadyResolved, review, other)


def test_what_is_not_an_unknown_receipt_cannot_be_assigned(provider: FakeProvider) -> None:
    sale, other = make_sale(), make_sale()
    attempt_id = capture(sale, provider, Money(10_100, "EUR"))
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
    wrong_amount = PaymentReview.objects.get(kind="WRONG_AMOUNT")
    refused(ReceiptNotAssignable, wrong_amount, other)
