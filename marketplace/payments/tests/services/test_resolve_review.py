import pytest

from marketplace.core.actor import Role
from marketplace.core.errors import Forbidden, NotFound
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import (
    ReasonMissing,
    ReviewAlreadyResolved,
    ReviewNotRefundable,
)
from marketplace.payments.ledger import accounts
from marketplace.payments.models import PaymentReview, Refund
from marketplace.payments.services import (
    Resolution,
    hold_captured_funds,
    resolve_review,
    submit_refunds,
    void_payment,
)
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    balance,
    capture,
    everything,
    in_transaction,
    make_sale,
    make_user,
    report_capture,
    start,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


def reviewed(provider: FakeProvider) -> tuple[Sale, PaymentReview]:
    """The provider collected one euro too much."""
    sale = make_sale()
    attempt_id = capture(sale, provider, Money(10_100, "EUR"))
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
    return sale, PaymentReview.objects.get()


def resolve(review_id: object, resolution: Resolution, reason: str = "Asked the buyer") -> None:
    resolve_review(
        review_id=review_id,  # type: ignore[arg-type]
        actor=actor_for(make_user(Role.ADMIN)),
        resolution=resolution,
        reason=reason,
    )


def test_money_in_suspense_goes_back_through_the_provider(provider: FakeProvider) -> None:
    sale, review = reviewed(provider)
    resolve(review.id, Resolution.REFUND)
    refund = Refund.objects.get()
    assert (refund.source, refund.amount_minor) == ("SUSPENSE", 10_100)
    assert balance(accounts.refund_in_transit(refund.id, "EUR")) == 10_100
    submit_refunds()
    assert next(iter(provider.refunds.values())).amount == Money(10_100, "EUR")
    review.refresh_from_db()
    assert (review.status, review.resolution) == ("RESOLVED", "REFUND")
    assert sale.payment.escrow_status is None


def test_closing_posts_nothing(provider: FakeProvider) -> None:
    _, review = reviewed(provider)
    before = everything()
    resolve(review.id, Resolution.CLOSE)
    assert everything() == before
    review.refresh_from_db()
    assert review.resolved_reason == "Asked the buyer"


def test_it_is_resolved_once(provider: FakeProvider) -> None:
    _, review = reviewed(provider)
    resolve(review.id, Resolution.REFUND)
    before = everything()
    for resolution in Resolution:
        with pytest.raises(ReviewAlreadyResolved):
            resolve(review.id, resolution)
    assert everything() == before


def test_it_takes_an_operator_and_a_reason(provider: FakeProvider) -> None:
    sale, review = reviewed(provider)
    before = everything()
    with pytest.raises(Forbidden):
        resolve_review(
            review_id=review.id,
            actor=actor_for(sale.buyer),
            resolution=Resolution.CLOSE,
            reason="Please",
        )
    with pytest.raises(ReasonMissing):
        resolve(review.id, Resolution.CLOSE, "  ")
    with pytest.raises(NotFound):
        resolve(new_id(), Resolution.CLOSE)
    assert everything() == before


def test_a_late_capture_is_refunded_already(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    in_transaction(void_payment, order_id=sale.order_id)
    report_capture(provider, attempt_id)
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
    review = PaymentReview.objects.get()
    before = everything()
    with pytest.raises(ReviewNotRefundable):
        resolve(review.id, Resolution.REFUND)
    assert everything() == before
