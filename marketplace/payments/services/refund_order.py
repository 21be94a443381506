from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.errors import (
    NothingInEscrow,
    OperationReused,
    ReasonMissing,
    RefundNotPositive,
    RefundTooLarge,
)
from marketplace.payments.models import Payment, PaymentAttempt, Refund, RefundSource
from marketplace.payments.policies import check_no_chargeback
from marketplace.payments.postings import SellersShare
from marketplace.payments.repositories.payments import lock_payment_of_order, refund_snapshot_of
from marketplace.payments.repositories.refunds import request_refund
from marketplace.payments.services.share_of_wallet import share_of_wallet
from marketplace.payments.slices import slice_to_give_back
from marketplace.payments.snapshots import RefundSnapshot


@needs_transaction
def refund_order(
    *, refund_id: UUID, order_id: UUID, amount: Money, reason: str, actor: Actor
) -> RefundSnapshot:
    """Give the buyer ``amount`` back: of what is held, and beyond that of what the seller got.

    Of what had been released, commission and tax are given back in proportion; the rest comes from
    the seller's wallet as far as it reaches, and is owed by the seller beyond that. Once per
    ``refund_id``: the same again answers with the first. The amount is always said; what is left
    is decided under the payment's lock, so refunds and chargebacks never exceed what was paid.

    The money is in transit in our books when this commits; the job ``payments.submit_refunds``
    asks the provider. Raises :class:`NotFound`, :class:`RefundNotPositive`, :class:`ReasonMissing`,
    :class:`OperationReused`, :class:`NothingInEscrow` (never paid), :class:`ChargebackOpen`,
    :class:`RefundTooLarge`.
    """
    payment = lock_payment_of_order(order_id)
    if not amount.is_positive or amount.currency != payment.currency:
        raise RefundNotPositive
    if not reason.strip():
        raise ReasonMissing
    if first := Refund.objects.filter(id=refund_id).first():
        if (first.payment_id, first.amount_minor) != (payment.id, amount.amount_minor):
            raise OperationReused
        return refund_snapshot_of(first, payment)
    if payment.escrow_status is None:
        raise NothingInEscrow
    check_no_chargeback(payment)
    if amount.amount_minor > payment.refundable_minor:
        left = Money(payment.refundable_minor, payment.currency)
        raise RefundTooLarge(f"{left} can still be refunded.")
    return refund_paid(
        refund_id=refund_id, payment=payment, amount=amount, reason=reason, actor=actor
    )


@needs_transaction
def refund_paid(
    *,
    refund_id: UUID,
    payment: Payment,
    amount: Money,
    reason: str,
    actor: Actor,
    attempt: PaymentAttempt | None = None,
) -> RefundSnapshot:
    """The same for a payment that the caller has locked, and found to have so much."""
    attempt = attempt or payment.attempts.get(id__in=[payment.held_attempt_id])
    from_escrow = Money(min(amount.amount_minor, payment.held_minor), payment.currency)
    share = _share_of_seller(payment, amount - from_escrow)
    journal_id = postings.post_refund(
        refund_id=refund_id,
        order_id=payment.order_id,
        amount=amount,
        seller_id=payment.seller_id,
        share=share,
        tax_jurisdiction=payment.tax_jurisdiction,
    )
    source = RefundSource.ESCROW
    if share is not None:
        source = RefundSource.MIXED if from_escrow.is_positive else RefundSource.SELLER
    return request_refund(
        refund_id=refund_id,
        payment=payment,
        attempt=attempt,
        source=source,
        amount=amount,
        reason=reason,
        journal_id=journal_id,
        actor=actor,
        share=share,
    )


def _share_of_seller(payment: Payment, gross: Money) -> SellersShare | None:
    if not gross.is_positive:
        return None
    back = slice_to_give_back(payment, gross)
    wallet, receivable = share_of_wallet(
        order_id=payment.order_id, user_id=payment.seller_id, owed=back.net
    )
    return SellersShare(wallet, receivable, back.commission, back.tax)
