"""What is left of a capture that was put into suspense, and who is to look at it."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

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
    refunds = list(_refunds(attempt.id))
    given = sum(refund.amount_minor for refund in refunds) + _given_again(refunds)
    back = _total(
        kind=ReviewKind.REFUNDED_AND_CHARGED_BACK,
        subject_id__in=[refund.id for refund in refunds],
    )
    return came - taken - Money(given - back, came.currency)


@needs_transaction
def left_without_review(attempt: PaymentAttempt) -> Money:
    """Of a capture that was put into suspense: what is left, and no open review says so.

    With what a refund gave a second time, being sent after it had failed: once that fails again,
    the money is there, and a person must have been told.
    """
    left = left_in_suspense(attempt)
    left += Money(_given_again(list(_refunds(attempt.id))), left.currency)
    if not PaymentReview.objects.filter(subject_id=attempt.id, in_suspense=True).exists():
        return Money.zero(left.currency)
    claims = list_claims(attempt.provider, attempt.provider_payment_id or "")
    subjects = [
        attempt.id,
        *_refunds(attempt.id).values_list("id", flat=True),
        *[claim.subject_id for claim in claims],
    ]
    shown = _total(
        Q(subject_id__in=subjects)
        | Q(provider=attempt.provider, provider_payment_id=attempt.provider_payment_id),
        status=ReviewStatus.OPEN,
    )
    return left - Money(shown, left.currency)


@needs_transaction
def is_refund_under_way(attempt: PaymentAttempt) -> bool:
    return _refunds(attempt.id).filter(status__in=UNDER_WAY).exists()


def _refunds(attempt_id: UUID) -> QuerySet[Refund]:
    return Refund.objects.filter(attempt_id=attempt_id, source=RefundSource.SUSPENSE)


def _given_again(refunds: Iterable[Refund]) -> int:
    return sum(refund.amount_minor for refund in refunds if refund.is_contradicted)


def _total(*of_reviews: Q, **which: object) -> int:
    reviews = PaymentReview.objects.filter(*of_reviews, in_suspense=True, **which)
    return reviews.aggregate(total=Sum("amount_minor"))["total"] or 0
