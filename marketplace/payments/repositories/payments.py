"""Load and lock payments and what belongs to them."""

from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.payments.models import EscrowStatus, Payment, PaymentAttempt, Refund
from marketplace.payments.snapshots import CommissionTerms, PaymentSnapshot, RefundSnapshot


@needs_transaction
def lock_payment(payment_id: UUID) -> Payment:
    """The payment, locked. It is decided on what is read here, never on an earlier read.

    NO KEY UPDATE: rows that refer to the payment can be written meanwhile.
    """
    payment = Payment.objects.select_for_update(no_key=True).filter(id=payment_id).first()
    if payment is None:
        raise NotFound("payment")
    return payment


@needs_transaction
def lock_payment_of_order(order_id: UUID) -> Payment:
    """The order's payment, locked."""
    payment = Payment.objects.select_for_update(no_key=True).filter(order_id=order_id).first()
    if payment is None:
        raise NotFound("payment")
    return payment


@needs_transaction
def lock_attempt(attempt_id: UUID) -> tuple[Payment, PaymentAttempt]:
    """The attempt under its payment's lock, which guards everything of the payment."""
    payments = Payment.objects.select_for_update(no_key=True, of=("self",))
    payment = payments.filter(attempts__id=attempt_id).first()
    if payment is None:
        raise NotFound("payment attempt")
    # Read after the lock: the join saw the attempt as it was before.
    return payment, PaymentAttempt.objects.get(id=attempt_id)


@needs_transaction
def lock_refund(refund_id: UUID) -> tuple[Payment, Refund]:
    """The refund under its payment's lock."""
    payment_id = Refund.objects.values_list("payment_id", flat=True).filter(id=refund_id).first()
    if payment_id is None:
        raise NotFound("refund")
    payment = lock_payment(payment_id)
    return payment, Refund.objects.get(id=refund_id)


@needs_transaction
def lock_attempt_of_provider(
    provider: str, provider_payment_id: str
) -> tuple[Payment, PaymentAttempt] | None:
    """The attempt that the provider knows under this id, under its payment's lock."""
    found = PaymentAttempt.objects.filter(
        provider=provider, provider_payment_id=provider_payment_id
    ).values_list("id", flat=True)
    attempt_id = found.first()
    return None if attempt_id is None else lock_attempt(attempt_id)


def snapshot_of(payment: Payment) -> PaymentSnapshot:
    return PaymentSnapshot(
        id=payment.id,
        order_id=payment.order_id,
        user_id=payment.user_id,
        seller_id=payment.seller_id,
        amount=Money(payment.amount_minor, payment.currency),
        payment_method=payment.payment_method,
        payment_provider=payment.payment_provider,
        status=payment.status,
        provider_transaction_id=payment.provider_transaction_id,
        escrow_status=payment.escrow_status,
        payment_details=payment.payment_details,
        commission=CommissionTerms.from_json(payment.commission_terms),
        must_settle_before=payment.must_settle_before,
        created_at=payment.created_at,
        updated_at=payment.updated_at,
    )


def refund_snapshot_of(refund: Refund, payment: Payment) -> RefundSnapshot:
    return RefundSnapshot(
        id=refund.id,
        payment_id=payment.id,
        order_id=payment.order_id,
        amount=Money(refund.amount_minor, refund.currency),
        status=refund.status,
        created_at=refund.created_at,
        is_all_back=payment.captured_minor > 0 and payment.refundable_minor == 0,
        is_last=payment.escrow_status != EscrowStatus.IN_ESCROW,
    )
