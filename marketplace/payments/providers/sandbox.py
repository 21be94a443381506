"""The sandbox provider, spoken to over HTTP like any other."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import orjson

from marketplace.core.db import forbid_transaction
from marketplace.core.money import Money
from marketplace.payments.providers.protocol import (
    BadSignature,
    BadWebhook,
    ChargebackOutcome,
    NewPayment,
    NewPayout,
    NewRefund,
    ObjectKind,
    ObjectMissing,
    PaymentOutcome,
    PayoutOutcome,
    ProviderChargeback,
    ProviderDeclined,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderRejected,
    ProviderUnknown,
    RefundOutcome,
    ReportKind,
    ReportLine,
    ReportPage,
    WebhookNotice,
)
from marketplace.payments.providers.signatures import verify_timestamped_hmac

SIGNATURE_HEADER = "Sandbox-Signature"
CONNECT_TIMEOUT_SECONDS = 2.0
MAX_CONNECTIONS = 20
DECLINED_STATUSES = frozenset({HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.UNPROCESSABLE_ENTITY})
UNKNOWN_STATUSES = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
REFERENCE_USED = "reference_already_used"
"""It was made before, and its key forgotten since: ask for it by reference."""

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
T = TypeVar("T")


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
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_TIMEOUT_SECONDS),
            limits=httpx.Limits(
                max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS
            ),
            follow_redirects=False,
            # The provider's address is configured: proxies of the environment have no say.
            trust_env=False,
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
        return _read(_payment, self._post("/v1/payments", body, key=new.reference))

    def fetch_payment(self, provider_payment_id: str) -> ProviderPayment:
        return _read(_payment, self._get(f"/v1/payments/{quote(provider_payment_id, safe='')}"))

    def find_payment(self, reference: str) -> ProviderPayment | None:
        found = self._find("/v1/payments", reference)
        return _read(_payment, found) if found else None

    def refund(self, new: NewRefund) -> ProviderRefund:
        body = {
            "payment_id": new.provider_payment_id,
            "amount": new.amount.amount_minor,
            "currency": new.amount.currency,
            "reference": new.reference,
        }
        return _read(_refund, self._post("/v1/refunds", body, key=new.reference))

    def fetch_refund(self, provider_refund_id: str) -> ProviderRefund:
        return _read(_refund, self._get(f"/v1/refunds/{quote(provider_refund_id, safe='')}"))

    def find_refund(self, reference: str) -> ProviderRefund | None:
        found = self._find("/v1/refunds", reference)
        return _read(_refund, found) if found else None

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
        return _read(_payout, self._post("/v1/payouts", body, key=new.reference))

    def fetch_payout(self, provider_payout_id: str) -> ProviderPayout:
        return _read(_payout, self._get(f"/v1/payouts/{quote(provider_payout_id, safe='')}"))

    def find_payout(self, reference: str) -> ProviderPayout | None:
        found = self._find("/v1/payouts", reference)
        return _read(_payout, found) if found else None

    def fetch_chargeback(self, provider_chargeback_id: str) -> ProviderChargeback:
        path = f"/v1/chargebacks/{quote(provider_chargeback_id, safe='')}"
        return _read(_chargeback, self._get(path))

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
        balances = self._get("/v1/balance")["balances"]
        return [Money(balance["amount"], balance["currency"]) for balance in balances]

    def read_report(self, after: str) -> ReportPage:
        params = {"after": after} if after else {}
        return _read(_report_page, self._get("/v1/balance/transactions", params=params))

    def _find(self, path: str, reference: str) -> dict[str, Any] | None:
        found: list[dict[str, Any]] = self._get(path, params={"reference": reference})["data"]
        return found[0] if found else None

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return self._call("GET", path, params=params)

    def _post(self, path: str, body: Mapping[str, Any], *, key: str) -> Any:
        return self._call("POST", path, json=body, headers={"Idempotency-Key": key})

    def _call(self, method: str, path: str, **options: Any) -> Any:
        forbid_transaction("a call to the payment provider")
        try:
            response = self._client.request(method, path, **options)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # Not even reached. Still UNKNOWN to the caller: the repair job asks and sends again.
            raise ProviderUnknown("the provider cannot be reached", code="unreachable") from error
        except httpx.HTTPError as error:
            raise ProviderUnknown(
                f"no answer from the provider ({type(error).__name__})", code="no_answer"
            ) from error
        return _answer(response)


def _answer(response: httpx.Response) -> Any:
    """The JSON of a 2xx; every other answer becomes one of the three kinds of error."""
    status = response.status_code
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        if 400 <= status < 500:
            raise ProviderRejected(f"the provider answered {status}") from error
        raise ProviderUnknown("the answer broke off", code="broken_answer") from error
    if response.is_success:
        return body
    failure = body.get("error", {}) if isinstance(body, dict) else {}
    code, message = str(failure.get("code", status)), str(failure.get("message", ""))
    if status == HTTPStatus.NOT_FOUND:
        raise ObjectMissing(message, code=code)
    if status in UNKNOWN_STATUSES or status >= 500 or code == REFERENCE_USED:
        raise ProviderUnknown(message, code=code)
    if status == HTTPStatus.UNAUTHORIZED:
        # Our key is wrong: nothing happened, and nothing will until an operator mends it.
        raise ProviderUnknown("the provider refuses our key", code=code)
    if status in DECLINED_STATUSES:
        raise ProviderDeclined(message, code=code)
    raise ProviderRejected(message, code=code)


def _read(reader: Callable[[dict[str, Any]], T], body: dict[str, Any]) -> T:
    try:
        return reader(body)
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderUnknown("the answer cannot be understood", code="broken_answer") from error


def _payment(body: dict[str, Any]) -> ProviderPayment:
    return ProviderPayment(
        id=body["id"],
        reference=body["reference"],
        outcome=PAYMENT_OUTCOMES[body["status"]],
        amount=Money(body["amount"], body["currency"]),
        redirect_url=body.get("checkout_url") or "",
        failure_code=body.get("failure_code") or body.get("cancellation_reason") or "",
        details={"captured_at": body["captured_at"]} if body.get("captured_at") else {},
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
