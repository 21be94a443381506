from uuid import UUID, uuid5

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.models import (
    Payment,
    PaymentAttempt,
    Refund,
    RefundSource,
    ReviewKind,
)
from marketplace.payments.repositories.captures_in_suspense import left_without_review
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.streams import facts


@needs_transaction
def book_contradicted_refund(payment: Payment, refund: Refund) -> str:
    """Sent after all, although the wallet has it: the platform is short until a person acts."""
    if refund.is_contradicted:
        return "nothing new"
    review_id = new_id()
    subject_id = _turn(refund)
    journal_id = postings.post_shortage(
        subject_id=subject_id,
        reference_id=payment.order_id,
        provider=refund.provider,
        amount=Money(refund.amount_minor, refund.currency),
    )
    contradicted = facts.RefundContradicted(
        refund_id=refund.id, review_id=review_id, journal_id=journal_id
    )
    _append(payment, refund, contradicted)
    note = "The refund succeeded after it had failed; the buyer has it twice."
    _review(payment, refund, review_id, subject_id, note)
    return "contradicted"


@needs_transaction
def book_refund_failed_again(payment: Payment, refund: Refund, code: str) -> str:
    """It failed once more after it had been sent after all: what was short came back."""
    review_id = new_id()
    subject_id = _turn(refund)
    journal_id = postings.post_unmatched_receipt(
        subject_id=subject_id,
        reference_id=payment.order_id,
        provider=refund.provider,
        amount=Money(refund.amount_minor, refund.currency),
    )
    over = facts.RefundContradicted(
        refund_id=refund.id,
        review_id=review_id,
        journal_id=journal_id,
        is_over=True,
        code=code[:100],
    )
    _append(payment, refund, over)
    note = "The refund failed again; the shortage is made up, and the buyer has it once."
    _review(payment, refund, review_id, subject_id, note)
    if refund.source == RefundSource.SUSPENSE:
        _show_what_is_left(payment, refund, uuid5(subject_id, "left"))
    return "failed again"


def _show_what_is_left(payment: Payment, refund: Refund, subject_id: UUID) -> None:
    """While it was out, a review of more than was left may have ended by giving away what was."""
    attempt = PaymentAttempt.objects.get(id=refund.attempt_id)
    amount = Money(refund.amount_minor, refund.currency)
    left = min(left_without_review(attempt), amount)
    if left.is_positive:
        open_review(
            kind=ReviewKind.REFUND_CONTRADICTION,
            subject_id=subject_id,
            provider=refund.provider,
            provider_object_id=refund.provider_refund_id or "",
            provider_payment_id=refund.provider_payment_id,
            amount=left,
            in_suspense=True,
            note="The refund failed again: this much is in suspense, and nothing else tells of it.",
            payment_id=payment.id,
            order_id=payment.order_id,
        )


def _turn(refund: Refund) -> UUID:
    """Names each change of the provider's word; the first by the refund's own id."""
    if refund.contradictions == 0:
        return refund.id
    return uuid5(refund.id, str(refund.contradictions + 1))


def _append(payment: Payment, refund: Refund, fact: facts.RefundContradicted) -> None:
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[fact],
        actor=Actor.provider(refund.provider),
        refunds=[refund],
    )


def _review(payment: Payment, refund: Refund, review_id: UUID, subject_id: UUID, note: str) -> None:
    open_review(
        review_id=review_id,
        kind=ReviewKind.REFUND_CONTRADICTION,
        subject_id=subject_id,
        provider=refund.provider,
        provider_object_id=refund.provider_refund_id or "",
        amount=Money(refund.amount_minor, refund.currency),
        in_suspense=False,
        note=note,
        payment_id=payment.id,
        order_id=payment.order_id,
    )
