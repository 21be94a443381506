from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.models import Payment, Refund, ReviewKind
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.streams import facts

CONTRADICTED = "contradicted"
"""``failure_code`` of a refund that was booked as failed and then as a shortage."""


@needs_transaction
def book_contradicted_refund(payment: Payment, refund: Refund) -> str:
    """Sent after all, although the wallet has it: the platform is short until a person acts."""
    if refund.failure_code == CONTRADICTED:
        return "nothing new"
    amount = Money(refund.amount_minor, refund.currency)
    journal_id = postings.post_shortage(
        subject_id=refund.id,
        reference_id=payment.order_id,
        provider=refund.provider,
        amount=amount,
    )
    review_id = new_id()
    contradicted = facts.RefundContradicted(
        refund_id=refund.id, review_id=review_id, journal_id=journal_id
    )
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[contradicted],
        actor=Actor.provider(refund.provider),
        refunds=[refund],
    )
    open_review(
        review_id=review_id,
        kind=ReviewKind.REFUND_CONTRADICTION,
        subject_id=refund.id,
        provider=refund.provider,
        provider_object_id=refund.provider_refund_id or "",
        amount=amount,
        in_suspense=False,
        note="The refund succeeded after it had failed; the buyer has it twice.",
        payment_id=payment.id,
        order_id=payment.order_id,
    )
    return "contradicted"
