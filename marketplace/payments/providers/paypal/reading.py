"""From PayPal's objects to our words. Every function raises ValueError or KeyError on nonsense.

Sources: the OpenAPI documents of https://github.com/paypal/paypal-rest-api-specifications
(checkout_orders_v2, payments_payment_v2, payments_payouts_batch_v1, customer_disputes_v1).
"""

from datetime import datetime
from typing import Any

from marketplace.core.money import Money
from marketplace.payments.providers.paypal.amounts import money_of
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

ORDER_OUTCOMES = {
    "CREATED": PaymentOutcome.OPEN,
    "SAVED": PaymentOutcome.OPEN,
    "PAYER_ACTION_REQUIRED": PaymentOutcome.OPEN,
    "APPROVED": PaymentOutcome.APPROVED,
    "VOIDED": PaymentOutcome.DECLINED,
}
CAPTURE_OUTCOMES = {
    "COMPLETED": PaymentOutcome.CAPTURED,
    "PARTIALLY_REFUNDED": PaymentOutcome.CAPTURED,
    "REFUNDED": PaymentOutcome.CAPTURED,
    # The money is not there yet: an eCheck, or a payment that PayPal looks at.
    "PENDING": PaymentOutcome.OPEN,
    "DECLINED": PaymentOutcome.DECLINED,
    "FAILED": PaymentOutcome.DECLINED,
}
REFUND_OUTCOMES = {
    "PENDING": RefundOutcome.OPEN,
    "COMPLETED": RefundOutcome.SUCCEEDED,
    "FAILED": RefundOutcome.FAILED,
    "CANCELLED": RefundOutcome.FAILED,
}
ITEM_OUTCOMES = {
    "PENDING": PayoutOutcome.OPEN,
    "ONHOLD": PayoutOutcome.OPEN,
    # The receiver has no account yet: PayPal waits 30 days, then returns it.
    "UNCLAIMED": PayoutOutcome.OPEN,
    "SUCCESS": PayoutOutcome.PAID,
    "FAILED": PayoutOutcome.FAILED,
    "BLOCKED": PayoutOutcome.FAILED,
    "RETURNED": PayoutOutcome.RETURNED,
    "REFUNDED": PayoutOutcome.RETURNED,
    "REVERSED": PayoutOutcome.RETURNED,
}
DEAD_BATCHES = frozenset({"DENIED", "CANCELED"})
DISPUTE_ENDS = {
    "RESOLVED_BUYER_FAVOUR": ChargebackOutcome.LOST,
    "ACCEPTED": ChargebackOutcome.LOST,
    "RESOLVED_SELLER_FAVOUR": ChargebackOutcome.WON,
    # PayPal paid the buyer, and not with our money.
    "RESOLVED_WITH_PAYOUT": ChargebackOutcome.WON,
    "CANCELED_BY_BUYER": ChargebackOutcome.WON,
    "DENIED": ChargebackOutcome.WON,
}
APPROVAL_LINKS = ("payer-action", "approve")


def payment_of(order: dict[str, Any]) -> ProviderPayment:
    unit = order["purchase_units"][0]
    status, capture = order["status"], capture_of(order)
    amount, failure_code, fee, details = money_of(unit["amount"]), "", None, {}
    if capture is None:
        outcome = ORDER_OUTCOMES[status]
        failure_code = "voided" if status == "VOIDED" else ""
    else:
        outcome = CAPTURE_OUTCOMES[capture["status"]]
        amount = money_of(capture["amount"])
        details = {"capture_id": capture["id"]}
        fee = _fee(capture)
        if outcome is PaymentOutcome.DECLINED:
            failure_code = _reason(capture) or "declined"
    return ProviderPayment(
        id=order["id"],
        reference=unit.get("custom_id") or "",
        outcome=outcome,
        amount=amount,
        redirect_url=_approval_url(order) if outcome is PaymentOutcome.OPEN else "",
        failure_code=failure_code,
        details=details,
        fee=fee,
        instrument=_payer(order),
    )


def capture_of(order: dict[str, Any]) -> dict[str, Any] | None:
    """The order's one capture; we never ask for a second."""
    captures = (order["purchase_units"][0].get("payments") or {}).get("captures") or []
    # A capture that counts first: after a declined one the buyer may have chosen another card.
    captures = sorted(captures, key=lambda capture: capture["status"] in ("DECLINED", "FAILED"))
    return dict(captures[0]) if captures else None


def refund_of(refund: dict[str, Any]) -> ProviderRefund:
    outcome = REFUND_OUTCOMES[refund["status"]]
    return ProviderRefund(
        id=refund["id"],
        reference=refund.get("custom_id") or "",
        outcome=outcome,
        amount=money_of(refund["amount"]),
        failure_code=(_reason(refund) or "failed") if outcome is RefundOutcome.FAILED else "",
    )


def payout_of(batch: dict[str, Any]) -> ProviderPayout:
    """Our batches have one item each, under the same name as the batch."""
    header, items = batch["batch_header"], batch.get("items") or []
    if not items:
        amount, status = money_of(header["amount"]), "PENDING"
        failure_code = ""
    else:
        amount, status = money_of(items[0]["payout_item"]["amount"]), items[0]["transaction_status"]
        failure_code = (items[0].get("errors") or {}).get("name") or ""
    outcome = ITEM_OUTCOMES[status]
    if header["batch_status"] in DEAD_BATCHES:
        outcome = PayoutOutcome.FAILED
        failure_code = failure_code or header["batch_status"]
    ended_badly = outcome in (PayoutOutcome.FAILED, PayoutOutcome.RETURNED)
    return ProviderPayout(
        id=header["payout_batch_id"],
        reference=header["sender_batch_header"]["sender_batch_id"],
        outcome=outcome,
        amount=amount,
        failure_code=(failure_code or status).lower() if ended_badly else "",
    )


def chargeback_of(dispute: dict[str, Any], provider_payment_id: str) -> ProviderChargeback:
    """PayPal names no fee here; it comes as a line of its own in the report (T0106)."""
    amount = money_of(dispute["dispute_amount"])
    due = dispute.get("seller_response_due_date")
    return ProviderChargeback(
        id=dispute["dispute_id"],
        provider_payment_id=provider_payment_id,
        outcome=_dispute_outcome(dispute),
        amount=amount,
        fee=Money.zero(amount.currency),
        reason=str(dispute.get("reason") or "").lower(),
        respond_by=datetime.fromisoformat(due) if due else None,
    )


def _dispute_outcome(dispute: dict[str, Any]) -> ChargebackOutcome:
    if dispute["status"] != "RESOLVED":
        return ChargebackOutcome.OPEN
    outcome = dispute["dispute_outcome"]
    if outcome["outcome_code"] != "NONE":
        return DISPUTE_ENDS[outcome["outcome_code"]]
    # Closed without a word: what was given back decides.
    given = outcome.get("amount_refunded")
    lost = given is not None and money_of(given).is_positive
    return ChargebackOutcome.LOST if lost else ChargebackOutcome.WON


def _fee(capture: dict[str, Any]) -> Money | None:
    fee = (capture.get("seller_receivable_breakdown") or {}).get("paypal_fee")
    return money_of(fee) if fee else None


def _payer(order: dict[str, Any]) -> str:
    """The account, under its newer name or its older one."""
    source = (order.get("payment_source") or {}).get("paypal") or {}
    return str(source.get("account_id") or (order.get("payer") or {}).get("payer_id") or "")


def _reason(subject: dict[str, Any]) -> str:
    return str((subject.get("status_details") or {}).get("reason") or "").lower()


def _approval_url(order: dict[str, Any]) -> str:
    links = {link.get("rel"): link.get("href") for link in order.get("links") or []}
    return str(next((links[rel] for rel in APPROVAL_LINKS if links.get(rel)), ""))
