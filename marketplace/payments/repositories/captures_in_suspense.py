"""What is left of a capture that was put into suspense, and who is to look at it."""

from uuid import UUID

from django.db.models import QuerySet, Sum

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.models import (
    PaymentAttempt,
    PaymentReview,
    Refund,
    RefundSource,
    RefundStatus,
    ReviewKind,
    ReviewStatus,
)
from marketplace.payments.repositories.unmatched_chargebacks import list_claims, taken_back

UNDER_WAY = (RefundStatus.REQUESTED, RefundStatus.UNKNOWN, RefundStatus.SUBMITTED)


@needs_transaction
def left_in_suspense(attempt: PaymentAttempt) -> Money:
    """What came, less what the payer's bank has, less what was refunded from there.

    Of a refund that failed, what went into the buyer's wallet is given all the same, and what went
    back into suspense is not. Below zero while a refund and a chargeback of the same money meet.
    The caller holds the payment's lock, under which all of this changes.
    """
    came = Money(attempt.captured_minor or 0, attempt.captured_currency)
    taken = taken_back(attempt.provider, attempt.provider_payment_id or "", came.currency)
    given = 0
    refunds = list(_refunds(attempt.id))
    for refund in refunds:
        # One that failed and was sent after all has been given twice.
        given += refund.amount_minor * (2 if refund.is_contradicted else 1)
    back = _total(
        kind=ReviewKind.REFUNDED_AND_CHARGED_BACK,
        subject_id__in=[refund.id for refund in refunds],
    )
    return came - taken - Money(given - back, came.currency)


@needs_transaction
def left_without_review(attempt: PaymentAttempt) -> Money:
    """Of a capture that was put into suspense: what is left, and no open review says so."""
    left = left_in_suspense(attempt)
    if not PaymentReview.objects.filter(subject_id=attempt.id, in_suspense=True).exists():
        return Money.zero(left.currency)
    claims = list_claims(attempt.provider, attempt.provider_payment_id or "")
    shown = _total(
        status=ReviewStatus.OPEN,
        subject_id__in=[
            attempt.id,
            *_refunds(attempt.id).values_list("id", flat=True),
            *[claim.subject_id for claim in claims],
        ],
    )
    return left - Money(shown, left.currency)


@needs_transaction
def is_refund_under_way(attempt: PaymentAttempt) -> bool:
    return _refunds(attempt.id).filter(status__in=UNDER_WAY).exists()


def _refunds(attempt_id: UUID) -> QuerySet[Refund]:
    return Refund.objects.filter(attempt_id=attempt_id, source=RefundSource.SUSPENSE)


def _total(**of_reviews: object) -> int:
    reviews = PaymentReview.objects.filter(in_suspense=True, **of_reviews)
    return reviews.aggregate(total=Sum("amount_minor"))["total"] or 0
