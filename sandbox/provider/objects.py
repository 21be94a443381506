"""How things look in answers and events."""

from typing import Any

from django.conf import settings

from sandbox.provider.models import BalanceTransaction, Chargeback, Payment, Payout, Refund

_PAYOUT_FAILED = {Payout.Status.FAILED, Payout.Status.RETURNED}


def payment_object(payment: Payment) -> dict[str, Any]:
    """A payment."""
    unpaid = payment.status == Payment.Status.REQUIRES_PAYMENT
    cancelled = payment.status == Payment.Status.CANCELLED
    return {
        "id": payment.id,
        "object": "payment",
        "status": payment.status,
        "amount": payment.amount_minor,
        "amount_refunded": payment.refunded_minor,
        "fee": payment.fee_minor if payment.captured_at else None,
        "currency": payment.currency,
        "instrument": payment.instrument or None,
        "reference": payment.reference,
        "description": payment.description,
        "metadata": payment.metadata,
        "return_url": payment.return_url or None,
        "checkout_url": f"{settings.SANDBOX.public_url}/pay/{payment.id}",
        "failure_code": None if cancelled else payment.failure_code or None,
        "cancellation_reason": payment.failure_code if cancelled else None,
        "created_at": payment.created_at,
        "expires_at": payment.due_at if unpaid else None,
        "captured_at": payment.captured_at,
    }


def refund_object(refund: Refund) -> dict[str, Any]:
    """A refund."""
    return {
        "id": refund.id,
        "object": "refund",
        "status": refund.status,
        "payment_id": refund.payment_id,
        "amount": refund.amount_minor,
        "currency": refund.currency,
        "reference": refund.reference,
        "metadata": refund.metadata,
        # Decided when it was made, but until it is settled nobody outside can know.
        "failure_code": refund.failure_code if refund.status == "failed" else None,
        "created_at": refund.created_at,
        "settled_at": refund.settled_at,
    }


def chargeback_object(chargeback: Chargeback) -> dict[str, Any]:
    """A chargeback."""
    return {
        "id": chargeback.id,
        "object": "chargeback",
        "status": chargeback.status,
        "payment_id": chargeback.payment_id,
        "amount": chargeback.amount_minor,
        "fee": chargeback.fee_minor,
        "currency": chargeback.currency,
        "reference": chargeback.reference,
        "reason": chargeback.reason,
        "respond_by": chargeback.respond_by,
        "created_at": chargeback.created_at,
        "decided_at": chargeback.decided_at,
    }


def payout_object(payout: Payout) -> dict[str, Any]:
    """A payout; of its destination only what may be shown."""
    return {
        "id": payout.id,
        "object": "payout",
        "status": payout.status,
        "amount": payout.amount_minor,
        "currency": payout.currency,
        "reference": payout.reference,
        "description": payout.description,
        "destination": payout.destination,
        "metadata": payout.metadata,
        "failure_code": payout.failure_code if payout.status in _PAYOUT_FAILED else None,
        "created_at": payout.created_at,
        "settled_at": payout.settled_at,
    }


def transaction_id(position: int) -> str:
    """The public name of a line; sorts as the book does."""
    return f"txn_{position:015d}"


def transaction_object(line: BalanceTransaction) -> dict[str, Any]:
    """One line of the book."""
    return {
        "id": transaction_id(line.position),
        "object": "balance_transaction",
        "type": line.kind,
        "source_id": line.source_id,
        "reference": line.reference,
        "amount": line.amount_minor,
        "balance_after": line.balance_after_minor,
        "currency": line.currency,
        "created_at": line.created_at,
    }
