"""Request refunds and give them their appointment with the provider."""

from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.payments.events import RefundRequested
from marketplace.payments.models import Payment, PaymentAttempt, Refund
from marketplace.payments.repositories.payments import refund_snapshot_of
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.snapshots import RefundSnapshot
from marketplace.payments.streams import facts

MAX_REASON_LENGTH = 500


@needs_transaction
def request_refund(
    *,
    refund_id: UUID,
    payment: Payment,
    attempt: PaymentAttempt,
    source: str,
    amount: Money,
    reason: str,
    journal_id: UUID,
    actor: Actor,
) -> RefundSnapshot:
    """Write the intent, due at once. The money has been posted to transit by the caller."""
    requested = facts.RefundRequested(
        refund_id=refund_id,
        attempt_id=attempt.id,
        provider=attempt.provider,
        provider_payment_id=attempt.provider_payment_id or "",
        source=source,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        reason=reason[:MAX_REASON_LENGTH],
        wallet_id=ensure_wallet(user_id=payment.user_id, currency=amount.currency),
        journal_id=journal_id,
    )
    refund = Refund(next_check_at=clock.database_now())
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[requested],
        actor=actor,
        new_refund=refund,
    )
    record(
        RefundRequested(
            refund_id=refund_id,
            payment_id=payment.id,
            order_id=payment.order_id,
            buyer_id=payment.user_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
        ),
        key=payment.order_id,
    )
    return refund_snapshot_of(refund, payment)
