"""Open reviews: how anything unexpected about money reaches a person."""

from collections.abc import Iterable
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.appointments import look_again
from marketplace.payments.events import PaymentReviewOpened
from marketplace.payments.models import (
    HOLDING_REVIEWS,
    Chargeback,
    PaymentReview,
    Payout,
    Refund,
    ReviewKind,
    ReviewPriority,
    ReviewStatus,
)
from marketplace.payments.providers.protocol import (
    ProviderChargeback,
    ProviderPayout,
    ProviderRefund,
)


@needs_transaction
def open_review(
    *,
    kind: str,
    subject_id: UUID,
    provider: str,
    amount: Money,
    in_suspense: bool,
    note: str,
    payment_id: UUID | None = None,
    order_id: UUID | None = None,
    provider_object_id: str = "",
    provider_payment_id: str = "",
    review_id: UUID | None = None,
    priority: int = ReviewPriority.NORMAL,
) -> UUID:
    """Open a review and publish that it is open; one per kind and subject."""
    review = PaymentReview.objects.create(
        id=review_id or new_id(),
        kind=kind,
        subject_id=subject_id,
        payment_id=payment_id,
        order_id=order_id,
        provider=provider,
        provider_object_id=provider_object_id,
        provider_payment_id=provider_payment_id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        in_suspense=in_suspense,
        note=note,
        priority=priority,
        created_at=clock.now(),
    )
    _publish(review)
    return review.id


@needs_transaction
def lock_review_of(subject_ids: Iterable[UUID]) -> PaymentReview | None:
    """The review of money in suspense that came as one of these."""
    reviews = PaymentReview.objects.select_for_update(no_key=True)
    return reviews.filter(subject_id__in=subject_ids, in_suspense=True).first()


@needs_transaction
def reopen_review(review: PaymentReview, *, note: str) -> None:
    """A person looks again at what was closed (locked): what was decided stays in the note."""
    closed = f"It was closed: {review.resolved_reason[:400]}"
    review.note = f"{note} {closed} | {review.note}"[:1000]
    review.status, review.resolution, review.resolved_at = ReviewStatus.OPEN, "", None
    review.resolved_by, review.resolved_reason = None, ""
    review.save()
    _publish(review)


def _publish(review: PaymentReview) -> None:
    record(
        PaymentReviewOpened(
            review_id=review.id,
            kind=review.kind,
            payment_id=review.payment_id,
            order_id=review.order_id,
            amount_minor=review.amount_minor,
            currency=review.currency,
        ),
        key=review.order_id or review.subject_id,
    )


@needs_transaction
def review_other_amount(
    locked: Refund | Payout | Chargeback,
    observed: ProviderRefund | ProviderPayout | ProviderChargeback,
    *,
    asked: Money,
    payment_id: UUID | None = None,
    order_id: UUID | None = None,
) -> str:
    """The provider moved another amount than was asked: nothing is booked on a guess.

    A person looks, once; the job goes on asking for as long as the books say that it is open.
    Returns what was done.
    """
    if locked.next_check_at is not None:
        look_again(locked, error=f"the provider moved {observed.amount}")
    return review_amount_of(
        locked.id,
        observed,
        provider=locked.provider,
        asked=asked,
        payment_id=payment_id,
        order_id=order_id,
    )


@needs_transaction
def review_amount_of(
    subject_id: UUID,
    observed: ProviderRefund | ProviderPayout | ProviderChargeback,
    *,
    provider: str,
    asked: Money,
    payment_id: UUID | None = None,
    order_id: UUID | None = None,
) -> str:
    """The same of what has no row of its own."""
    if PaymentReview.objects.filter(kind=ReviewKind.WRONG_AMOUNT, subject_id=subject_id).exists():
        return "nothing new"
    open_review(
        kind=ReviewKind.WRONG_AMOUNT,
        subject_id=subject_id,
        provider=provider,
        provider_object_id=observed.id,
        amount=observed.amount,
        in_suspense=False,
        note=f"The provider moved this instead of {asked}. Nothing is booked.",
        payment_id=payment_id,
        order_id=order_id,
    )
    return "of another amount"


@needs_transaction
def close_review(review: PaymentReview, *, resolution: str, actor: Actor, reason: str) -> None:
    """End a locked review: how, by whom and why stay with it."""
    review.status, review.resolution = ReviewStatus.RESOLVED, resolution
    review.resolved_by_id, review.resolved_reason = actor.user_id, reason[:1000]
    review.resolved_at = clock.now()
    review.save()


def close_holding_reviews(payment_ids: Iterable[UUID], *, reason: str) -> int:
    """End what is open about these payments' holding limits, because it is settled by itself."""
    return PaymentReview.objects.filter(
        kind__in=HOLDING_REVIEWS, subject_id__in=payment_ids, status=ReviewStatus.OPEN
    ).update(
        status=ReviewStatus.RESOLVED,
        resolution="CLOSE",
        resolved_reason=reason,
        resolved_at=clock.now(),
    )
