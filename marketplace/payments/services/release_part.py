from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.errors import OperationReused, ReleaseNotPositive, ReleaseTooLarge
from marketplace.payments.events import EscrowReleased
from marketplace.payments.models import EscrowStatus, Payment, PaymentEvent
from marketplace.payments.policies import check_in_escrow
from marketplace.payments.repositories.payments import lock_payment_of_order
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.services.repay_receivable import repay_receivable
from marketplace.payments.slices import slice_to_release
from marketplace.payments.snapshots import ReleaseSnapshot
from marketplace.payments.streams import facts


@needs_transaction
def release_part(*, order_id: UUID, amount: Money, release_id: UUID) -> ReleaseSnapshot:
    """Pay the seller a part of what is held, less its share of commission and tax.

    Once per ``release_id``: the same again answers with the first. The escrow stays IN_ESCROW
    until nothing is held.

    Raises :class:`NotFound`, :class:`ReleaseNotPositive`, :class:`ReleaseTooLarge`,
    :class:`OperationReused`, :class:`NothingInEscrow`, :class:`EscrowAlreadyReleased`,
    :class:`EscrowAlreadyRefunded`, :class:`ChargebackOpen`.
    """
    payment = lock_payment_of_order(order_id)
    if not amount.is_positive or amount.currency != payment.currency:
        raise ReleaseNotPositive
    if first := _released_before(payment, release_id):
        if first.gross != amount:
            raise OperationReused
        return first
    check_in_escrow(payment)
    if amount.amount_minor > payment.held_minor:
        raise ReleaseTooLarge(f"{Money(payment.held_minor, payment.currency)} are held.")
    return release_held(payment, amount, release_id=release_id)


@needs_transaction
def release_held(payment: Payment, gross: Money, *, release_id: UUID) -> ReleaseSnapshot:
    """The same for a payment that the caller has locked, and found to hold so much."""
    part = slice_to_release(payment, gross)
    wallet_id = ensure_wallet(user_id=payment.seller_id, currency=gross.currency)
    journal_id = postings.post_release(
        release_id=release_id,
        order_id=payment.order_id,
        seller_id=payment.seller_id,
        part=part,
        tax_jurisdiction=payment.tax_jurisdiction,
    )
    released = facts.EscrowReleased(
        gross_minor=gross.amount_minor,
        commission_minor=part.commission.amount_minor,
        net_minor=part.net.amount_minor,
        currency=gross.currency,
        wallet_id=wallet_id,
        journal_id=journal_id,
        tax_minor=part.tax.amount_minor,
        release_id=release_id,
    )
    repaid = repay_receivable(
        cause_id=journal_id,
        reference_id=payment.order_id,
        seller_id=payment.seller_id,
        wallet_id=wallet_id,
        received=part.net,
    )
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[released, *repaid],
        actor=Actor.system("escrow"),
    )
    is_last = payment.escrow_status != EscrowStatus.IN_ESCROW
    record(
        EscrowReleased(
            payment_id=payment.id,
            order_id=payment.order_id,
            seller_id=payment.seller_id,
            gross_minor=gross.amount_minor,
            commission_minor=part.commission.amount_minor,
            net_minor=part.net.amount_minor,
            currency=gross.currency,
            tax_minor=part.tax.amount_minor,
            is_last=is_last,
        ),
        key=payment.order_id,
    )
    return ReleaseSnapshot(
        payment.id, payment.order_id, gross, part.commission, part.tax, part.net, is_last
    )


def _released_before(payment: Payment, release_id: UUID) -> ReleaseSnapshot | None:
    """The release of this id, as it was recorded. A payment has few events."""
    payload = (
        PaymentEvent.objects.filter(
            stream_id=payment.id,
            type=facts.EscrowReleased.type,
            payload__release_id=str(release_id),
        )
        .values_list("payload", flat=True)
        .first()
    )
    if payload is None:
        return None
    return ReleaseSnapshot(
        payment_id=payment.id,
        order_id=payment.order_id,
        gross=Money(payload["gross_minor"], payment.currency),
        commission=Money(payload["commission_minor"], payment.currency),
        tax=Money(payload["tax_minor"], payment.currency),
        net=Money(payload["net_minor"], payment.currency),
        is_last=payment.escrow_status != EscrowStatus.IN_ESCROW,
    )
