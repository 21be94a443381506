from enum import StrEnum
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import Forbidden, NotFound
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.errors import (
    ReasonMissing,
    ReviewAlreadyResolved,
    ReviewNotRefundable,
)
from marketplace.payments.models import PaymentReview, RefundSource, ReviewStatus
from marketplace.payments.repositories.payments import lock_attempt
from marketplace.payments.repositories.refunds import request_refund


class Resolution(StrEnum):
    REFUND = "REFUND"
    """Give the money in suspense back through the provider that collected it."""
    CLOSE = "CLOSE"
    """Seen, and settled by other means: nothing is posted."""


@opens_transaction
def resolve_review(*, review_id: UUID, actor: Actor, resolution: Resolution, reason: str) -> None:
    """An operator ends a review, with a reason that stays.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`ReasonMissing`,
    :class:`ReviewAlreadyResolved`, :class:`ReviewNotRefundable`.
    """
    if not actor.is_admin:
        raise Forbidden
    if not reason.strip():
        raise ReasonMissing
    found = PaymentReview.objects.filter(id=review_id).first()
    if found is None:
        raise NotFound("review")
    # Payment before review: the order in which a capture takes them.
    locked = lock_attempt(found.subject_id) if resolution is Resolution.REFUND else None
    review = PaymentReview.objects.select_for_update(no_key=True).get(id=review_id)
    if review.status != ReviewStatus.OPEN:
        raise ReviewAlreadyResolved
    if locked is not None:
        if not review.in_suspense or review.payment_id is None:
            raise ReviewNotRefundable
        payment, attempt = locked
        amount = Money(review.amount_minor, review.currency)
        refund_id = new_id()
        journal_id = postings.post_refund_from_suspense(
            refund_id=refund_id,
            order_id=payment.order_id,
            provider=review.provider,
            amount=amount,
        )
        request_refund(
            refund_id=refund_id,
            payment=payment,
            attempt=attempt,
            source=RefundSource.SUSPENSE,
            amount=amount,
            reason=reason,
            journal_id=journal_id,
            actor=actor,
        )
    review.status = ReviewStatus.RESOLVED
    review.resolution = resolution
    review.resolved_by_id = actor.user_id
    review.resolved_reason = reason[:1000]
    review.resolved_at = clock.now()
    review.save(
        update_fields=[
            "status",
            "resolution",
            "resolved_by",
            "resolved_reason",
            "resolved_at",
        ]
    )
