"""Paystack's objects in our words. Every reader raises on what it does not know."""

import hashlib
from datetime import datetime
from typing import Any

import orjson

from marketplace.core.money import Money
from marketplace.payments.providers.protocol import (
    BadWebhook,
    ChargebackOutcome,
    ObjectKind,
    PaymentOutcome,
    PayoutOutcome,
    ProviderChargeback,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    RefundOutcome,
    WebhookNotice,
)

REFERENCE_LENGTH = 36
"""Of a UUID; what follows it is the number of a later page of the same payment."""

PAYMENT_OUTCOMES = {
    "abandoned": PaymentOutcome.OPEN,  # the word for "not paid yet", too
    "ongoing": PaymentOutcome.OPEN,
    "pending": PaymentOutcome.OPEN,
    "processing": PaymentOutcome.OPEN,
    "queued": PaymentOutcome.OPEN,
    "success": PaymentOutcome.CAPTURED,
    "reversed": PaymentOutcome.CAPTURED,  # it came, and was given back by a refund of its own
    "failed": PaymentOutcome.DECLINED,
}
REFUND_OUTCOMES = {
    "pending": RefundOutcome.OPEN,
    "processing": RefundOutcome.OPEN,
    "needs-attention": RefundOutcome.OPEN,
    "processed": RefundOutcome.SUCCEEDED,
    "failed": RefundOutcome.FAILED,
}
PAYOUT_OUTCOMES = {
    "otp": PayoutOutcome.OPEN,
    "pending": PayoutOutcome.OPEN,
    "processing": PayoutOutcome.OPEN,
    "queued": PayoutOutcome.OPEN,
    "received": PayoutOutcome.OPEN,
    "success": PayoutOutcome.PAID,
    "failed": PayoutOutcome.FAILED,
    "abandoned": PayoutOutcome.FAILED,
    "blocked": PayoutOutcome.FAILED,
    "rejected": PayoutOutcome.FAILED,
    "reversed": PayoutOutcome.RETURNED,
}
RESOLUTIONS = {
    "declined": ChargebackOutcome.WON,
    "merchant-accepted": ChargebackOutcome.LOST,
    "auto-accepted": ChargebackOutcome.LOST,
}
EVENTS = {"charge": ObjectKind.PAYMENT, "transfer": ObjectKind.PAYOUT, "refund": ObjectKind.REFUND}


def page_reference(reference: str, number: int) -> str:
    """Paystack's name for the payment's first page, its second, and so on."""
    return reference if number == 1 else f"{reference}-{number}"


def base_reference(name: str) -> str:
    return name[:REFERENCE_LENGTH]


def read_payment(data: Any) -> ProviderPayment:
    outcome, currency = PAYMENT_OUTCOMES[data["status"]], data["currency"]
    reference = base_reference(data["reference"])
    is_captured = outcome is PaymentOutcome.CAPTURED
    return ProviderPayment(
        id=reference,
        reference=reference,
        outcome=outcome,
        amount=Money(data["amount"], currency),
        failure_code="" if is_captured else str(data.get("gateway_response") or "")[:100],
        details={} if is_captured else {"is_begun": data["status"] != "abandoned"},
        fee=Money(data["fees"], currency) if is_captured and data.get("fees") else None,
        instrument=_signature(data) if is_captured else "",
    )


def _signature(data: Any) -> str:
    """Of a card; what was paid by transfer or mobile money has none."""
    authorization = data.get("authorization") or {}
    return str(authorization.get("signature") or "")


def read_refund(data: Any) -> ProviderRefund:
    needs_attention = data["status"] == "needs-attention"
    return ProviderRefund(
        id=str(data["id"]),
        reference=data["merchant_note"] or "",
        outcome=REFUND_OUTCOMES[data["status"]],
        amount=Money(int(data["amount"]), data["currency"]),
        failure_code="needs-attention" if needs_attention else "",
    )


def read_payout(data: Any) -> ProviderPayout:
    """The reference is its id as well: transfers are asked for by it."""
    outcome = PAYOUT_OUTCOMES[data["status"]]
    is_well = outcome in (PayoutOutcome.PAID, PayoutOutcome.OPEN) and data["status"] != "otp"
    return ProviderPayout(
        id=data["reference"],
        reference=data["reference"],
        outcome=outcome,
        amount=Money(data["amount"], data["currency"]),
        failure_code="" if is_well else data["status"],
    )


def read_chargeback(data: Any) -> ProviderChargeback:
    transaction, currency = data["transaction"], data["currency"]
    amount = data["refund_amount"] or transaction["amount"]
    is_over = data["status"] == "resolved"
    return ProviderChargeback(
        id=str(data["id"]),
        provider_payment_id=base_reference(transaction["reference"]),
        outcome=RESOLUTIONS[data["resolution"]] if is_over else ChargebackOutcome.OPEN,
        amount=Money(amount, currency),
        fee=Money.zero(currency),
        reason=str(data.get("category") or ""),
        respond_by=datetime.fromisoformat(data["dueAt"]) if data.get("dueAt") else None,
    )


def read_event(body: bytes) -> WebhookNotice:
    """Events carry no id of their own; the hash of the body is the same for every delivery.

    Raises :class:`BadWebhook` for what is no event.
    """
    try:
        event = orjson.loads(body)
        event_type, data = event["event"], event["data"]
        kind = _kind_of(event_type)
        name = "reference" if kind in (ObjectKind.PAYMENT, ObjectKind.PAYOUT) else "id"
        object_id = data.get(name)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BadWebhook("the body is not an event") from error
    if isinstance(object_id, int):
        object_id = str(object_id)
    if object_id is None:
        # Some refund events name only their transaction: the job that asks learns of them.
        kind, object_id = ObjectKind.OTHER, "-"
    if not isinstance(object_id, str) or not object_id:
        raise BadWebhook("the event's object must be named")
    return WebhookNotice(hashlib.sha256(body).hexdigest(), event_type, kind, object_id)


def _kind_of(event_type: str) -> ObjectKind:
    if event_type.startswith("charge.dispute."):
        return ObjectKind.CHARGEBACK
    return EVENTS.get(event_type.partition(".")[0], ObjectKind.OTHER)
