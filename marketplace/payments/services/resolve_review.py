from collections.abc import Callable, Mapping
from enum import StrEnum
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.core.policies import require_permission
from marketplace.payments.errors import (
    ReasonMissing,
    ReviewAlreadyResolved,
    ReviewNotCreditable,
    ReviewNotLiftable,
)
from marketplace.payments.models import (
    HOLDING_REVIEWS,
    PaymentReview,
    ReviewStatus,
    TopUp,
)
from marketplace.payments.repositories.payments import (
    lock_payment,
)
from marketplace.payments.repositories.reviews import close_review
from marketplace.payments.repositories.top_ups import lock_top_up
from marketplace.payments.repositories.unmatched_chargebacks import (
    refuse_if_nothing_is_left,
    refuse_while_contradicted,
    unreturned_claims,
)
from marketplace.payments.services._refund_from_suspense import refund_from_suspense
from marketplace.payments.services.charge_back_top_up import charge_back_top_up
from marketplace.payments.services.credit_top_up import credit_top_up_from_suspense
from marketplace.payments.services.lift_holding_limit import lift_holding_limit


class Resolution(StrEnum):
    REFUND = "REFUND"
    """Give the money in suspense back through the provider that collected it: what is left of it,
    where the payer's bank has a part for good."""
    CREDIT = "CREDIT"
    """Put a top-up of another amount, in suspense, into the wallet of the user who made it, less
    what the payer's bank has of it."""
    LIFT_LIMIT = "LIFT_LIMIT"
    """The money may wait on: it is with our own bank now, or the provider agreed to hold it."""
    CLOSE = "CLOSE"
    """Seen, and settled by other means: nothing is posted."""


@opens_transaction
def resolve_review(*, review_id: UUID, actor: Actor, resolution: Resolution, reason: str) -> None:
    """An operator ends a review, with a reason that stays.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`ReasonMissing`,
    :class:`ReviewAlreadyResolved`, :class:`ReviewNotRefundable`, :class:`ReviewNotCreditable`,
    :class:`ReviewNotLiftable`, :class:`MoneyChargedBack`, and what ``lift_holding_limit`` refuses.
    """
    require_permission(actor, "payments.resolve_review")
    if not reason.strip():
        raise ReasonMissing
    found = PaymentReview.objects.filter(id=review_id).first()
    if found is None:
        raise NotFound("review")
    if found.status != ReviewStatus.OPEN:
        raise ReviewAlreadyResolved
    # Payment or top-up before review: the order in which a capture takes them.
    settle = _SETTLERS[resolution](found)
    review = PaymentReview.objects.select_for_update(no_key=True).get(id=review_id)
    if review.status != ReviewStatus.OPEN:
        raise ReviewAlreadyResolved
    settle(actor, reason)
    close_review(review, resolution=resolution, actor=actor, reason=reason)
    record_action(
        actor=actor,
        action="payments.resolve_review",
        subject_type="payments.paymentreview",
        subject_id=review.id,
        reason=reason,
        before={"status": ReviewStatus.OPEN, "kind": review.kind},
        after={
            "status": review.status,
            "resolution": resolution,
            "order_id": review.order_id,
            "amount": str(Money(review.amount_minor, review.currency)),
        },
    )


Settle = Callable[[Actor, str], object]


def _credit(review: PaymentReview) -> Settle:
    is_top_up = TopUp.objects.filter(id=review.subject_id).exists()
    if not review.in_suspense or not is_top_up:
        raise ReviewNotCreditable
    # A chargeback of it takes the same lock: it is seen here, or it sees what was credited.
    top_up = lock_top_up(review.subject_id)
    provider_payment_id = top_up.provider_payment_id or ""
    refuse_while_contradicted(top_up.provider, provider_payment_id)
    claims = unreturned_claims(top_up.provider, provider_payment_id)
    refuse_if_nothing_is_left(Money(review.amount_minor, review.currency), claims)

    def settle(actor: Actor, _reason: str) -> None:
        credit_top_up_from_suspense(top_up=top_up, actor=actor)
        for claim in claims:  # as if they had come after it
            amount = Money(claim.amount_minor, claim.currency)
            charge_back_top_up(
                claim.subject_id, claim.provider, claim.provider_payment_id, amount=amount
            )

    return settle


def _lift_limit(review: PaymentReview) -> Settle:
    if review.kind not in HOLDING_REVIEWS or review.payment_id is None:
        raise ReviewNotLiftable
    payment = lock_payment(review.payment_id)
    return lambda actor, reason: lift_holding_limit(payment=payment, actor=actor, reason=reason)


def _close(_review: PaymentReview) -> Settle:
    return lambda _actor, _reason: None


_SETTLERS: Mapping[Resolution, Callable[[PaymentReview], Settle]] = {
    Resolution.REFUND: refund_from_suspense,
    Resolution.CREDIT: _credit,
    Resolution.LIFT_LIMIT: _lift_limit,
    Resolution.CLOSE: _close,
}
