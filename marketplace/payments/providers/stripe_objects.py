"""Stripe's objects in our words. Every reader raises on what it does not know."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from marketplace.core.money import Money, exponent
from marketplace.payments.providers.protocol import (
    BadWebhook,
    ChargebackOutcome,
    ObjectKind,
    ObjectMissing,
    PaymentOutcome,
    PayoutOutcome,
    ProviderChargeback,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderRejected,
    RefundOutcome,
    ReportKind,
    ReportLine,
    WebhookNotice,
)

# Where Stripe's smallest unit is not ISO 4217's (docs.stripe.com/currencies): ISK and UGX are
# sent with two decimals that must be 00, MGA without any.
EXPONENTS = {"ISK": 2, "UGX": 2, "MGA": 0}

REFUND_OUTCOMES = {
    "pending": RefundOutcome.OPEN,
    "requires_action": RefundOutcome.OPEN,
    "succeeded": RefundOutcome.SUCCEEDED,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}
CHARGEBACK_OUTCOMES = {
    "needs_response": ChargebackOutcome.OPEN,
    "under_review": ChargebackOutcome.OPEN,
    "won": ChargebackOutcome.WON,
    "lost": ChargebackOutcome.LOST,
}
INQUIRIES = ("warning_needs_response", "warning_under_review", "warning_closed", "prevented")
"""A bank that asks, or asked: no money has moved."""

REPORT_KINDS = {
    "charge": ReportKind.PAYMENT,
    "payment": ReportKind.PAYMENT,
    "refund": ReportKind.REFUND,
    "payment_refund": ReportKind.REFUND,
    "refund_failure": ReportKind.REFUND_RETURN,
    "payment_failure_refund": ReportKind.REFUND_RETURN,
    "transfer": ReportKind.PAYOUT,
    "transfer_refund": ReportKind.PAYOUT_RETURN,
    "transfer_cancel": ReportKind.PAYOUT_RETURN,
    "transfer_failure": ReportKind.PAYOUT_RETURN,
    "payout": ReportKind.SETTLEMENT,
    "payout_failure": ReportKind.SETTLEMENT,
    "payout_cancel": ReportKind.SETTLEMENT,
    "stripe_fee": ReportKind.FEE,
}
DISPUTE_CATEGORIES = {
    "dispute": ReportKind.CHARGEBACK,
    "dispute_reversal": ReportKind.CHARGEBACK_RETURN,
}


def to_stripe(money: Money) -> int:
    """The amount in Stripe's smallest unit; raises :class:`ProviderRejected` where it has none.

    Three-decimal currencies are charged in tens of their minor unit (docs.stripe.com/currencies).
    """
    iso = exponent(money.currency)
    theirs = EXPONENTS.get(money.currency, iso)
    amount, remainder = divmod(money.amount_minor * int(10**theirs), int(10**iso))
    if remainder or (theirs == 3 and amount % 10):
        raise ProviderRejected(
            f"Stripe has no such fraction of {money.currency}", code="amount_too_fine"
        )
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """Raises ValueError for a fraction that we could not book."""
    code = currency.upper()
    iso = exponent(code)
    minor, remainder = divmod(amount * 10**iso, 10 ** EXPONENTS.get(code, iso))
    if remainder:
        raise ValueError(f"{amount} {code} is not a whole number of minor units")
    return Money(minor, code)


def read_payment(session: Any) -> ProviderPayment:
    """A Checkout Session with ``payment_intent.latest_charge.balance_transaction`` expanded."""
    intent = session.payment_intent
    outcome, failure = _session_outcome(session, intent)
    is_captured = outcome is PaymentOutcome.CAPTURED
    amount = intent.amount_received if is_captured and intent else session.amount_total
    return ProviderPayment(
        id=session.id,
        reference=session.client_reference_id,
        outcome=outcome,
        amount=from_stripe(amount, session.currency),
        redirect_url=session.url or "",
        failure_code=failure,
        fee=_fee(intent) if is_captured and intent else None,
        instrument=_instrument(intent) if is_captured and intent else "",
    )


def _session_outcome(session: Any, intent: Any) -> tuple[PaymentOutcome, str]:
    if session.payment_status == "paid":
        return PaymentOutcome.CAPTURED, ""
    if session.status == "expired":
        return PaymentOutcome.DECLINED, "session_expired"
    if session.status == "complete" and intent is not None:
        # A method that is answered days later, such as a debit: it may still fail.
        if intent.status in ("requires_payment_method", "canceled"):
            error = getattr(intent, "last_payment_error", None)
            return PaymentOutcome.DECLINED, str(getattr(error, "code", None) or intent.status)
        return PaymentOutcome.OPEN, ""
    if session.status not in ("open", "complete"):
        raise ValueError(f"session status {session.status}")
    return PaymentOutcome.OPEN, ""


def _fee(intent: Any) -> Money | None:
    """Known once the charge has its balance transaction; in the balance's currency."""
    transaction = getattr(getattr(intent, "latest_charge", None), "balance_transaction", None)
    if transaction is None or isinstance(transaction, str):
        return None
    fee = from_stripe(transaction.fee, transaction.currency)
    return fee if fee.currency == intent.currency.upper() else None


def _instrument(intent: Any) -> str:
    """Of cards and debits; a wallet such as Link has no fingerprint of its own."""
    charge = getattr(intent, "latest_charge", None)
    method = getattr(charge, "payment_method_details", None)
    paid_with = getattr(method, getattr(method, "type", None) or "card", None)
    return str(getattr(paid_with, "fingerprint", None) or "")


def read_refund(refund: Any) -> ProviderRefund:
    return ProviderRefund(
        id=refund.id,
        reference=_reference(refund.metadata),
        outcome=REFUND_OUTCOMES[refund.status],
        amount=from_stripe(refund.amount, refund.currency),
        failure_code=getattr(refund, "failure_reason", None) or "",
    )


def read_payout(transfer: Any) -> ProviderPayout:
    """A transfer is made at once or not at all; reversed as a whole it has come back."""
    return ProviderPayout(
        id=transfer.id,
        reference=transfer.transfer_group,
        outcome=PayoutOutcome.RETURNED if transfer.reversed else PayoutOutcome.PAID,
        amount=from_stripe(transfer.amount, transfer.currency),
        failure_code="reversed" if transfer.reversed else "",
    )


def read_chargeback(dispute: Any, provider_payment_id: str) -> ProviderChargeback:
    """Raises :class:`ObjectMissing` for an inquiry: it may become a chargeback and is none."""
    if dispute.status in INQUIRIES:
        raise ObjectMissing("an inquiry that has moved no money", code=dispute.status)
    due_by = getattr(dispute.evidence_details, "due_by", None)
    # Money that left the balance; what a won dispute brought back stands in lines of its own.
    taken = [line for line in dispute.balance_transactions if line.amount < 0]
    fee = sum(line.fee for line in taken)
    return ProviderChargeback(
        id=dispute.id,
        provider_payment_id=provider_payment_id,
        outcome=CHARGEBACK_OUTCOMES[dispute.status],
        amount=from_stripe(dispute.amount, dispute.currency),
        fee=from_stripe(fee, taken[0].currency if taken else dispute.currency),
        reason=dispute.reason,
        respond_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
    )


def read_lines(transaction: Any) -> Iterator[ReportLine]:
    """One balance transaction with its source expanded: the movement, and what was kept of it."""
    category = getattr(transaction, "reporting_category", "")
    kind = DISPUTE_CATEGORIES.get(category) or REPORT_KINDS.get(transaction.type, ReportKind.OTHER)
    source, at = transaction.source, datetime.fromtimestamp(transaction.created, UTC)
    object_id = source if isinstance(source, str) else getattr(source, "id", "") or ""
    line = ReportLine(
        id=transaction.id,
        kind=kind,
        object_id=object_id,
        reference=_reference_of(source),
        amount=from_stripe(transaction.amount, transaction.currency),
        occurred_at=at,
    )
    yield line
    if transaction.fee:
        is_dispute = kind in DISPUTE_CATEGORIES.values()
        yield replace(
            line,
            id=f"{transaction.id}:fee",
            kind=ReportKind.CHARGEBACK_FEE if is_dispute else ReportKind.FEE,
            amount=from_stripe(-transaction.fee, transaction.currency),
        )


def _reference_of(source: Any) -> str:
    """Our name for what a line is about: the group of a charge or transfer, a refund's note."""
    group = getattr(source, "transfer_group", None)
    return group or _reference(getattr(source, "metadata", None))


def _reference(metadata: Any) -> str:
    return str(getattr(metadata, "reference", None) or "")


def read_event(body: bytes) -> WebhookNotice:
    """Raises :class:`BadWebhook` for what is no event."""
    try:
        event = orjson.loads(body)
        event_id, event_type = event["id"], event["type"]
        object_id = event["data"]["object"]["id"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise BadWebhook("the body is not an event") from error
    if not all(isinstance(text, str) and text for text in (event_id, event_type, object_id)):
        raise BadWebhook("the event's id, type and object must be strings")
    return WebhookNotice(event_id, event_type, _kind_of(event_type), object_id)


def _kind_of(event_type: str) -> ObjectKind:
    if event_type.startswith("checkout.session."):
        return ObjectKind.PAYMENT
    if event_type.startswith("refund.") or event_type == "charge.refund.updated":
        return ObjectKind.REFUND
    if event_type.startswith("charge.dispute."):
        return ObjectKind.CHARGEBACK
    return ObjectKind.PAYOUT if event_type.startswith("transfer.") else ObjectKind.OTHER
