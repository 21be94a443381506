"""Money in suspense goes back through the provider that collected it, as far as it is left."""

from collections.abc import Callable
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.errors import MoneyChargedBack, ReviewNotRefundable
from marketplace.payments.models import (
    Payment,
    PaymentAttempt,
    PaymentReview,
    Refund,
    RefundSource,
    ReviewKind,
)
from marketplace.payments.repositories.captures_in_suspense import (
    is_refund_under_way,
    left_in_suspense,
)
from marketplace.payments.repositories.payments import lock_attempt, lock_attempt_of_provider
from marketplace.payments.repositories.refunds import request_refund
from marketplace.payments.repositories.unmatched_chargebacks import (
    refuse_while_contradicted,
    refuse_while_undecided,
)

CONTRADICTIONS = (ReviewKind.CHARGEBACK_CONTRADICTION, ReviewKind.REFUND_CONTRADICTION)


@needs_transaction
def refund_from_suspense(review: PaymentReview) -> Callable[[Actor, str], object]:
    """Lock what the review is about; the refund is made by what this returns, under the review's
    lock as well.

    Raises :class:`ReviewNotRefundable`, :class:`MoneyChargedBack`.
    """
    if not review.in_suspense or review.payment_id is None:
        raise ReviewNotRefundable
    payment, attempt = _lock_what_came(review)

    def settle(actor: Actor, reason: str) -> None:
        # Under the payment's lock, which a chargeback of it takes as well.
        provider_payment_id = attempt.provider_payment_id or ""
        refuse_while_contradicted(review.provider, provider_payment_id)
        refuse_while_undecided(review.provider, provider_payment_id, review.currency)
        if is_refund_under_way(attempt):
            raise ReviewNotRefundable("Another refund of the same payment is under way.")
        amount = min(Money(review.amount_minor, review.currency), left_in_suspense(attempt))
        if not amount.is_positive:
            raise MoneyChargedBack("Nothing is left of it.")
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

    return settle


def _lock_what_came(review: PaymentReview) -> tuple[Payment, PaymentAttempt]:
    """The attempt under review; or the one whose refund had failed, or of which a chargeback was
    won, and that is in suspense again."""
    refund = Refund.objects.filter(id=review.subject_id).first()
    if refund is None:
        return _lock_taken(review) or lock_attempt(review.subject_id)
    locked = lock_attempt(refund.attempt_id)
    refund.refresh_from_db()
    if refund.is_contradicted:
        raise ReviewNotRefundable  # it was sent after all
    return locked


def _lock_taken(review: PaymentReview) -> tuple[Payment, PaymentAttempt] | None:
    """The attempt of which a chargeback was won, or a refund failed again, when nothing told of it
    any more; None for what is about no such one."""
    if review.kind not in CONTRADICTIONS:
        return None
    paid_as = review.provider_payment_id or _taken_by(review.subject_id)
    locked = lock_attempt_of_provider(review.provider, paid_as) if paid_as else None
    if locked is None:
        raise ReviewNotRefundable
    return locked


def _taken_by(subject_id: UUID) -> str:
    claims = PaymentReview.objects.filter(
        kind=ReviewKind.UNMATCHED_CHARGEBACK, subject_id=subject_id
    )
    return claims.values_list("provider_payment_id", flat=True).first() or ""
