from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.payments.errors import PaymentAlreadyPaid
from marketplace.payments.repositories.payments import lock_payment_of_order
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.streams import facts


@needs_transaction
def void_payment(*, order_id: UUID) -> None:
    """The order ended unpaid: no further attempt is accepted.

    The buyer may still be on the provider's page. A capture that comes later is never dropped: it
    is held, shown to an operator and refunded. Voiding twice changes nothing. Raises
    :class:`NotFound` and :class:`PaymentAlreadyPaid`.
    """
    payment = lock_payment_of_order(order_id)
    if payment.escrow_status is not None:
        raise PaymentAlreadyPaid
    if payment.voided_at is not None:
        return
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[facts.PaymentVoided()],
        actor=Actor.system("orders"),
    )
