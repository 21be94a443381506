from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.policies import check_in_escrow
from marketplace.payments.repositories.payments import lock_payment_of_order
from marketplace.payments.services.release_part import release_held
from marketplace.payments.snapshots import ReleaseSnapshot


@needs_transaction
def release_escrow(*, order_id: UUID) -> ReleaseSnapshot:
    """Pay the seller all that is still held, less the commission that was frozen at the sale.

    Once per order: a second release, and a release after everything was refunded, are refused
    whatever the moment, because both hold the payment's lock. The commission is what the terms
    say, or its share of what parts and refunds have left; the seller takes the residual, so the
    parts sum to the whole.

    Raises :class:`NotFound`, :class:`NothingInEscrow`, :class:`EscrowAlreadyReleased`,
    :class:`EscrowAlreadyRefunded`, :class:`ChargebackOpen`.
    """
    payment = lock_payment_of_order(order_id)
    check_in_escrow(payment)
    held = Money(payment.held_minor, payment.currency)
    return release_held(payment, held, release_id=order_id)
