"""From v4's objects to our words. Every function raises ValueError or KeyError on nonsense."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from marketplace.core.money import Money
from marketplace.payments.providers.flutterwave.amounts import fee_of, money_of
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

CHARGE_OUTCOMES = {
    "pending": PaymentOutcome.OPEN,
    "succeeded": PaymentOutcome.CAPTURED,
    "failed": PaymentOutcome.DECLINED,
    "voided": PaymentOutcome.DECLINED,
}
REFUND_OUTCOMES = {
    "new": RefundOutcome.OPEN,
    "pending": RefundOutcome.OPEN,
    "requires_action": RefundOutcome.OPEN,
    "succeeded": RefundOutcome.SUCCEEDED,
    "completed": RefundOutcome.SUCCEEDED,
    "failed": RefundOutcome.FAILED,
    "cancelled": RefundOutcome.FAILED,
}
TRANSFER_OUTCOMES = {
    "NEW": PayoutOutcome.OPEN,
    "INITIATED": PayoutOutcome.OPEN,
    "PENDING": PayoutOutcome.OPEN,
    "SUCCESSFUL": PayoutOutcome.PAID,
    "SUCCEEDED": PayoutOutcome.PAID,
    "FAILED": PayoutOutcome.FAILED,
    "CANCELLED": PayoutOutcome.FAILED,
}
CHARGEBACK_OUTCOMES = {
    "new": ChargebackOutcome.OPEN,
    "pending": ChargebackOutcome.OPEN,
    "initiated": ChargebackOutcome.OPEN,
    "declined": ChargebackOutcome.OPEN,  # contested by us; the bank decides
    "reversed": ChargebackOutcome.OPEN,  # not said in whose favour: a person looks
    "won": ChargebackOutcome.WON,
    "accepted": ChargebackOutcome.LOST,
    "lost": ChargebackOutcome.LOST,
}


def session_of(session: dict[str, Any]) -> ProviderPayment:
    """The page that nobody has paid yet: a session has no state of its own."""
    return ProviderPayment(
        id=session["id"],
        reference=session["reference"],
        outcome=PaymentOutcome.OPEN,
        amount=money_of(session["amount"], session["currency"]),
        redirect_url=session["checkout_url"],
    )


def payment_of(charge: dict[str, Any]) -> ProviderPayment:
    outcome, currency = CHARGE_OUTCOMES[charge["status"]], charge["currency"]
    declined = outcome is PaymentOutcome.DECLINED
    reason = (charge.get("processor_response") or {}).get("type")
    fees = charge.get("fees") or []
    fee = fee_of(sum((Decimal(fee["amount"]) for fee in fees), Decimal(0)), currency)
    return ProviderPayment(
        id=charge["id"],
        reference=charge["reference"],
        outcome=outcome,
        amount=money_of(charge["amount"], currency),
        failure_code=(reason or charge["status"]) if declined else "",
        fee=fee if fees else None,
    )


def best_of(reference: str, charges: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Of the buyer's tries one that succeeded, else one still under way, else the last."""
    charges = [charge for charge in charges if charge["reference"] == reference]
    order = {PaymentOutcome.CAPTURED: 0, PaymentOutcome.OPEN: 1, PaymentOutcome.DECLINED: 2}
    ranked = sorted(charges, key=lambda charge: order[CHARGE_OUTCOMES[charge["status"]]])
    return ranked[0] if ranked else None


def refund_of(refund: dict[str, Any], currency: str) -> ProviderRefund:
    outcome = REFUND_OUTCOMES[refund["status"]]
    return ProviderRefund(
        id=refund["id"],
        reference=name_of(refund),
        outcome=outcome,
        amount=money_of(refund["amount_refunded"], currency),
        failure_code=refund["status"] if outcome is RefundOutcome.FAILED else "",
    )


def name_of(refund: dict[str, Any]) -> str:
    return str((refund.get("meta") or {}).get("reference") or "")


def payout_of(transfer: dict[str, Any]) -> ProviderPayout:
    outcome = TRANSFER_OUTCOMES[transfer["status"]]
    reversal = transfer.get("reversal") or {}
    if outcome is PayoutOutcome.PAID and reversal.get("reconciliation_status") == "REVERSED":
        outcome = PayoutOutcome.RETURNED
    ended_badly = outcome in (PayoutOutcome.FAILED, PayoutOutcome.RETURNED)
    reason = (transfer.get("provider_response") or {}).get("type")
    return ProviderPayout(
        id=transfer["id"],
        reference=transfer["reference"],
        outcome=outcome,
        amount=money_of(transfer["amount"]["value"], transfer["destination_currency"]),
        failure_code=(reason or outcome.lower()) if ended_badly else "",
    )


def chargeback_of(row: dict[str, Any], currency: str) -> ProviderChargeback:
    due = row.get("due_datetime")
    return ProviderChargeback(
        id=str(row["id"]),
        provider_payment_id=row["charge_id"],
        outcome=CHARGEBACK_OUTCOMES[row["status"]],
        amount=money_of(row["amount"], currency),
        fee=Money.zero(currency),
        reason=str(row.get("comment") or ""),
        respond_by=datetime.fromisoformat(due) if due else None,
    )
