from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.models import Payment, PaymentAttempt, RefundSource
from marketplace.payments.policies import check_in_escrow
from marketplace.payments.repositories.payments import lock_payment_of_order
from marketplace.payments.repositories.refunds import request_refund
from marketplace.payments.snapshots import RefundSnapshot


@needs_transaction
def refund_escrow(*, order_id: UUID, reason: str) -> RefundSnapshot:
    """Give all that is held back to the buyer: out of escrow now, at the provider soon.

    The money is in transit in our books when this commits; the job ``payments.submit_refunds``
    asks the provider. Raises :class:`NotFound`, :class:`NothingInEscrow`,
    :class:`EscrowAlreadyReleased`, :class:`EscrowAlreadyRefunded`.
    """
    payment = lock_payment_of_order(order_id)
    check_in_escrow(payment)
    attempt = payment.attempts.get(id__in=[payment.held_attempt_id])
    return refund_held(payment=payment, attempt=attempt, reason=reason)


@needs_transaction
def refund_held(*, payment: Payment, attempt: PaymentAttempt, reason: str) -> RefundSnapshot:
    """The same for a payment that the caller has locked and found in escrow."""
    amount = Money(payment.captured_minor, payment.currency)
    refund_id = new_id()
    journal_id = postings.post_refund_from_escrow(
        refund_id=refund_id, order_id=payment.order_id, amount=amount
    )
    return request_refund(
        refund_id=refund_id,
        payment=payment,
        attempt=attempt,
        source=RefundSource.ESCROW,
        amount=amount,
        reason=reason,
        journal_id=journal_id,
        actor=Actor.system("escrow"),
    )
