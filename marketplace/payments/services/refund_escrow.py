from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.policies import check_in_escrow
from marketplace.payments.repositories.payments import lock_payment_of_order
from marketplace.payments.services.refund_order import refund_paid
from marketplace.payments.snapshots import RefundSnapshot


@needs_transaction
def refund_escrow(*, order_id: UUID, reason: str) -> RefundSnapshot:
    """Give all that is still held back to the buyer: out of escrow now, at the provider soon.

    The money is in transit in our books when this commits; the job ``payments.submit_refunds``
    asks the provider. Raises :class:`NotFound`, :class:`NothingInEscrow`,
    :class:`EscrowAlreadyReleased`, :class:`EscrowAlreadyRefunded`, :class:`ChargebackOpen`.
    """
    payment = lock_payment_of_order(order_id)
    check_in_escrow(payment)
    attempt = payment.attempts.get(id__in=[payment.held_attempt_id])
    return refund_held(payment=payment, attempt=attempt, reason=reason)


@needs_transaction
def refund_held(*, payment: Payment, attempt: PaymentAttempt, reason: str) -> RefundSnapshot:
    """The same for a payment that the caller has locked and found in escrow."""
    return refund_paid(
        refund_id=new_id(),
        payment=payment,
        amount=Money(payment.held_minor, payment.currency),
        reason=reason,
        actor=Actor.system("escrow"),
        attempt=attempt,
    )
