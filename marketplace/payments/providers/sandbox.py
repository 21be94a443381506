"""The sandbox provider, spoken to over HTTP like any other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson

from marketplace.core.money import Money
from marketplace.payments.providers.http import FailureRules, HttpApi, understand
from marketplace.payments.providers.protocol import (
    BadSignature,
    BadWebhook,
    ChargebackOutcome,
    NewPayment,
    NewPayout,
    NewRefund,
    ObjectKind,
    PaymentOutcome,
    PayoutOutcome,
    ProviderChargeback,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderUnknown,
    RefundOutcome,
    ReportKind,
    ReportLine,
    ReportPage,
    WebhookNotice,
)
from marketplace.payments.providers.signatures import verify_timestamped_hmac

SIGNATURE_HEADER = "Sandbox-Signature"
RULES = FailureRules(
    declined_statuses=frozenset({HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.UNPROCESSABLE_ENTITY}),
    # It was made before, and its key forgotten since: ask for it by reference.
    by_code={"reference_already_used": ProviderUnknown},
)

PAYMENT_OUTCOMES = {
    "requires_payment": PaymentOutcome.OPEN,
    "processing": PaymentOutcome.OPEN,
    "succeeded": PaymentOutcome.CAPTURED,
    "declined": PaymentOutcome.DECLINED,
    "cancelled": PaymentOutcome.DECLINED,
}
REFUND_OUTCOMES = {
    "pending": RefundOutcome.OPEN,
    "succeeded": RefundOutcome.SUCCEEDED,
    "failed": RefundOutcome.FAILED,
}
PAYOUT_OUTCOMES = {
    "pending": PayoutOutcome.OPEN,
    "paid": PayoutOutcome.PAID,
    "failed": PayoutOutcome.FAILED,
    "returned": PayoutOutcome.RETURNED,
}
CHARGEBACK_OUTCOMES = {
    "open": ChargebackOutcome.OPEN,
    "won": ChargebackOutcome.WON,
    "lost": ChargebackOutcome.LOST,
}
REPORT_KINDS = {
    "payment": ReportKind.PAYMENT,
    "fee": ReportKind.FEE,
    "refund": ReportKind.REFUND,
    "payout": ReportKind.PAYOUT,
    "payout_return": ReportKind.PAYOUT_RETURN,
    "chargeback": ReportKind.CHARGEBACK,
    "chargeback_fee": ReportKind.CHARGEBACK_FEE,
    "chargeback_return": ReportKind.CHARGEBACK_RETURN,
}


class SandboxProvider:
    name = "sandbox"

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        webhook_secrets: Sequence[str],
        holding_limit_days: int,
        timeout_seconds: float,
    ) -> None:
        self.holding_limit_days = holding_limit_days
        self._webhook_secrets = webhook_secrets
        self._api = HttpApi(
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout_seconds=timeout_seconds,
            rules=RULES,
        )

    def create_payment(self, new: NewPayment) -> ProviderPayment:
        body = {
            "amount": new.amount.amount_minor,
            "currency": new.amount.currency,
            "reference": new.reference,
            "description": new.description,
            "return_url": new.return_url,
            "metadata": dict(new.metadata),
        }
        return understand(_payment, self._post("/v1/payments", body, key=new.reference))

    def fetch_payment(self, provider_payment_id: str) -> ProviderPayment:
        return understand(
            _payment, self._api.get(f"/v1/payments/{quote(provider_payment_id, safe='')}")
        )

    def find_payment(self, reference: str) -> ProviderPayment | None:
        found = self._find("/v1/payments", reference)
        return understand(_payment, found) if found else None

    def refund(self, new: NewRefund) -> ProviderRefund:
        body = {
            "payment_id": new.provider_payment_id,
            "amount": new.amount.amount_minor,
            "currency": new.amount.currency,
            "reference": new.reference,
        }
        return understand(_refund, self._post("/v1/refunds", body, key=new.reference))

    def fetch_refund(self, provider_refund_id: str) -> ProviderRefund:
        return understand(
            _refund, self._api.get(f"/v1/refunds/{quote(provider_refund_id, safe='')}")
        )

    def find_refund(self, reference: str) -> ProviderRefund | None:
        found = self._find("/v1/refunds", reference)
        return understand(_refund, found) if found else None

    def pay_out(self, new: NewPayout) -> ProviderPayout:
        number_name = "iban" if new.destination.number_kind == "IBAN" else "account_number"
        body = {
            "amount": new.amount.amount_minor,
            "currency": new.amount.currency,
            "reference": new.reference,
            "destination": {
                "account_holder": new.destination.account_holder,
                number_name: new.destination.number,
            },
        }
        return understand(_payout, self._post("/v1/payouts", body, key=new.reference))

    def fetch_payout(self, provider_payout_id: str) -> ProviderPayout:
        return understand(
            _payout, self._api.get(f"/v1/payouts/{quote(provider_payout_id, safe='')}")
        )

    def find_payout(self, reference: str) -> ProviderPayout | None:
        found = self._find("/v1/payouts", reference)
        return understand(_payout, found) if found else None

    def fetch_chargeback(self, provider_chargeback_id: str) -> ProviderChargeback:
        path = f"/v1/chargebacks/{quote(provider_chargeback_id, safe='')}"
        return understand(_chargeback, self._api.get(path))

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> None:
        header = headers.get(SIGNATURE_HEADER, "")
        if not header:
            raise BadSignature("the signature header is missing or malformed")
        verify_timestamped_hmac(body, header, self._webhook_secrets)

    def parse_webhook(self, body: bytes) -> WebhookNotice:
        try:
            event = orjson.loads(body)
            event_type, event_id = event["type"], event["id"]
            object_id = event["data"]["id"]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise BadWebhook("the body is not an event") from error
        if not all(isinstance(text, str) and text for text in (event_type, event_id, object_id)):
            raise BadWebhook("the event's id, type and object must be strings")
        subject = event_type.partition(".")[0]
        # Not `subject in ObjectKind`: before Python 3.12 that is an error for a plain string.
        kind = next((kind for kind in ObjectKind if kind == subject), ObjectKind.OTHER)
        return WebhookNotice(event_id, event_type, kind, object_id)

    def read_balances(self) -> Sequence[Money]:
        balances = self._api.get("/v1/balance")["balances"]
        return [Money(balance["amount"], balance["currency"]) for balance in balances]

    def read_report(self, after: str) -> ReportPage:
        params = {"after": after} if after else {}
        return understand(_report_page, self._api.get("/v1/balance/transactions", params=params))

    def _find(self, path: str, reference: str) -> dict[str, Any] | None:
        found: list[dict[str, Any]] = self._api.get(path, params={"reference": reference})["data"]
        return found[0] if found else None

    def _post(self, path: str, body: Mapping[str, Any], *, key: str) -> Any:
        return self._api.post(path, body, headers={"Idempotency-Key": key})


def _payment(body: dict[str, Any]) -> ProviderPayment:
    return ProviderPayment(
        id=body["id"],
        reference=body["reference"],
        outcome=PAYMENT_OUTCOMES[body["status"]],
        amount=Money(body["amount"], body["currency"]),
        redirect_url=body.get("checkout_url") or "",
        failure_code=body.get("failure_code") or body.get("cancellation_reason") or "",
        details={"captured_at": body["captured_at"]} if body.get("captured_at") else {},
        fee=Money(body["fee"], body["currency"]) if body.get("fee") else None,
        instrument=body.get("instrument") or "",
    )


def _refund(body: dict[str, Any]) -> ProviderRefund:
    return ProviderRefund(
        id=body["id"],
        reference=body["reference"],
        outcome=REFUND_OUTCOMES[body["status"]],
        amount=Money(body["amount"], body["currency"]),
        failure_code=body.get("failure_code") or "",
    )


def _payout(body: dict[str, Any]) -> ProviderPayout:
    return ProviderPayout(
        id=body["id"],
        reference=body["reference"],
        outcome=PAYOUT_OUTCOMES[body["status"]],
        amount=Money(body["amount"], body["currency"]),
        failure_code=body.get("failure_code") or "",
    )


def _chargeback(body: dict[str, Any]) -> ProviderChargeback:
    currency = body["currency"]
    return ProviderChargeback(
        id=body["id"],
        provider_payment_id=body["payment_id"],
        outcome=CHARGEBACK_OUTCOMES[body["status"]],
        amount=Money(body["amount"], currency),
        fee=Money(body["fee"], currency),
        reason=body["reason"],
        respond_by=datetime.fromisoformat(body["respond_by"]) if body["respond_by"] else None,
    )


def _report_page(body: dict[str, Any]) -> ReportPage:
    return ReportPage(
        lines=[
            ReportLine(
                id=line["id"],
                kind=REPORT_KINDS.get(line["type"], ReportKind.OTHER),
                object_id=line["source_id"],
                reference=line["reference"],
                amount=Money(line["amount"], line["currency"]),
                occurred_at=datetime.fromisoformat(line["created_at"]),
            )
            for line in body["data"]
        ],
        next_after=body["next_after"] or "",
        has_more=body["has_more"],
    )
