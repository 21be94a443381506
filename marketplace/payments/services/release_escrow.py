from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.events import EscrowReleased
from marketplace.payments.policies import check_in_escrow
from marketplace.payments.repositories.payments import lock_payment_of_order
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.snapshots import ReleaseSnapshot
from marketplace.payments.streams import facts


@needs_transaction
def release_escrow(*, order_id: UUID) -> ReleaseSnapshot:
    """Pay the seller what was held, less the commission that was frozen at the sale.

    Once per order: a second release, and a release after a refund, are refused whatever the
    moment, because both hold the payment's lock. The commission is what the terms say; the seller
    takes the residual, so the parts sum to the whole.

    Raises :class:`NotFound`, :class:`NothingInEscrow`, :class:`EscrowAlreadyReleased`,
    :class:`EscrowAlreadyRefunded`.
    """
    payment = lock_payment_of_order(order_id)
    check_in_escrow(payment)
    gross = Money(payment.captured_minor, payment.currency)
    commission = Money(payment.commission_minor, payment.currency)
    net = gross - commission
    journal_id = postings.post_release(
        order_id=order_id, seller_id=payment.seller_id, gross=gross, commission=commission
    )
    released = facts.EscrowReleased(
        gross_minor=gross.amount_minor,
        commission_minor=commission.amount_minor,
        net_minor=net.amount_minor,
        currency=gross.currency,
        wallet_id=ensure_wallet(user_id=payment.seller_id, currency=gross.currency),
        journal_id=journal_id,
    )
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[released],
        actor=Actor.system("escrow"),
    )
    record(
        EscrowReleased(
            payment_id=payment.id,
            order_id=order_id,
            seller_id=payment.seller_id,
            gross_minor=gross.amount_minor,
            commission_minor=commission.amount_minor,
            net_minor=net.amount_minor,
            currency=gross.currency,
        ),
        key=order_id,
    )
    return ReleaseSnapshot(payment.id, order_id, gross, commission, net)
