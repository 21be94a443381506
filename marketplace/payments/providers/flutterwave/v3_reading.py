"""From v3's objects to our words. Every function raises ValueError or KeyError on nonsense."""

from datetime import UTC, datetime
from typing import Any

from marketplace.core.money import Money
from marketplace.payments.providers.flutterwave.amounts import fee_of, money_of
from marketplace.payments.providers.http import without_secrets
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    PaymentOutcome,
    PayoutOutcome,
    ProviderChargeback,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    RefundOutcome,
)

PAYMENT_OUTCOMES = {
    "successful": PaymentOutcome.CAPTURED,
    "pending": PaymentOutcome.OPEN,
    "failed": PaymentOutcome.DECLINED,
}
PAYOUT_OUTCOMES = {
    "NEW": PayoutOutcome.OPEN,
    "PENDING": PayoutOutcome.OPEN,
    "SUCCESSFUL": PayoutOutcome.PAID,
    # Also what was successful and came back: our books tell the two apart.
    "FAILED": PayoutOutcome.FAILED,
}
CHARGEBACK_OUTCOMES = {
    "initiated": ChargebackOutcome.OPEN,
    "declined": ChargebackOutcome.OPEN,  # contested by us; the bank decides
    "won": ChargebackOutcome.WON,
    "accepted": ChargebackOutcome.LOST,
    "lost": ChargebackOutcome.LOST,
}


def payment_of(transaction: dict[str, Any]) -> ProviderPayment:
    outcome = PAYMENT_OUTCOMES[transaction["status"]]
    currency = transaction["currency"]
    declined = outcome is PaymentOutcome.DECLINED
    return ProviderPayment(
        id=transaction["tx_ref"],
        reference=transaction["tx_ref"],
        outcome=outcome,
        amount=money_of(transaction["amount"], currency),
        failure_code=(transaction.get("processor_response") or "declined") if declined else "",
        details={"transaction_id": str(transaction["id"])},
        fee=fee_of(transaction.get("app_fee"), currency),
    )


def refund_of(refund: dict[str, Any], currency: str, reference: str = "") -> ProviderRefund:
    outcome = _refund_outcome(str(refund["status"]))
    return ProviderRefund(
        id=str(refund["id"]),
        reference=reference or name_of(refund),
        outcome=outcome,
        amount=money_of(refund["amount_refunded"], currency),
        failure_code=refund["status"] if outcome is RefundOutcome.FAILED else "",
    )


def name_of(refund: dict[str, Any]) -> str:
    """Our reference, which travels as the comment."""
    return str(refund.get("comment") or refund.get("comments") or "")


def payout_of(transfer: dict[str, Any]) -> ProviderPayout:
    outcome = PAYOUT_OUTCOMES[transfer["status"]]
    failed = outcome is PayoutOutcome.FAILED
    return ProviderPayout(
        id=str(transfer["id"]),
        reference=transfer["reference"],
        outcome=outcome,
        amount=money_of(transfer["amount"], transfer["currency"]),
        # A sentence, which may name the account.
        failure_code=without_secrets(transfer.get("complete_message") or "failed")[:100]
        if failed
        else "",
    )


def chargeback_of(row: dict[str, Any], currency: str) -> ProviderChargeback:
    due = row.get("due_date")
    return ProviderChargeback(
        id=str(row["id"]),
        provider_payment_id=row["tx_ref"],
        outcome=CHARGEBACK_OUTCOMES[row["status"]],
        amount=money_of(row["amount"], currency),
        fee=Money.zero(currency),
        reason=str(row.get("comment") or ""),
        respond_by=datetime.fromisoformat(due) if due else None,
    )


def created_at(row: dict[str, Any]) -> datetime:
    at = datetime.fromisoformat(row["created_at"])
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _refund_outcome(status: str) -> RefundOutcome:
    """``completed``, ``completed-mpgs``, ``completed-bank-transfer``…: named after the rails."""
    if status == "successful" or status.startswith("completed"):
        return RefundOutcome.SUCCEEDED
    return RefundOutcome.FAILED if status.startswith("failed") else RefundOutcome.OPEN
