"""Flutterwave v4 behind :class:`PaymentProvider`.

A payment's id is its checkout session's until the buyer has tried to pay, then its charge's.

Sources: https://developer.flutterwave.com/v4.0/docs/authentication and the API reference beside it
(https://developer.flutterwave.com/reference); webhooks: https://developer.flutterwave.com/docs/webhooks.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from marketplace.core import clock
from marketplace.core.db import forbid_transaction
from marketplace.core.money import Money
from marketplace.payments.providers.flutterwave import v4_reading as reading
from marketplace.payments.providers.flutterwave.amounts import (
    check_currency,
    dumps,
    loads,
    money_of,
    number_of,
)
from marketplace.payments.providers.flutterwave.destinations import bank_account
from marketplace.payments.providers.http import Failure, FailureRules, HttpApi, understand
from marketplace.payments.providers.oauth import ClientCredentials
from marketplace.payments.providers.protocol import (
    BadSignature,
    BadWebhook,
    NewPayment,
    NewPayout,
    NewRefund,
    ObjectKind,
    ProviderChargeback,
    ProviderDeclined,
    ProviderError,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderUnknown,
    ReportPage,
    ReportUnavailable,
    WebhookNotice,
)
from marketplace.payments.providers.references import made_at

SIGNATURE_HEADER = "flutterwave-signature"
CHARGE_PREFIX = "chg_"
SESSION_MINUTES = 1440
PAGE_SIZE = 50
MOST_PAGES = 40
CLOCKS_APART = timedelta(hours=1)
REFUND_REASON = "requested_by_customer"


class FlutterwaveV4:
    """Our reference is ``X-Idempotency-Key`` and the object's reference; a refund, which has none,
    carries it in ``meta``. docs/providers/flutterwave.md says what follows."""

    name = "flutterwave"

    def __init__(
        self,
        *,
        base_url: str,
        token_url: str,
        client_id: str,
        client_secret: str,
        webhook_secrets: Sequence[str],
        customer_id: str,
        holding_limit_days: int,
        timeout_seconds: float,
    ) -> None:
        self.holding_limit_days = holding_limit_days
        self._webhook_secrets = webhook_secrets
        self._customer_id = customer_id
        self._api = HttpApi(
            base_url=base_url,
            timeout_seconds=timeout_seconds,
            auth=ClientCredentials(
                token_url=token_url,
                client_id=client_id,
                client_secret=client_secret,
                timeout_seconds=timeout_seconds,
                secret_in_form=True,
            ),
            rules=FailureRules(judge=_judge, is_success=_is_success),
            loads=loads,
        )

    # --- payments

    def create_payment(self, new: NewPayment) -> ProviderPayment:
        body = {
            "amount": number_of(new.amount),
            "currency": new.amount.currency,
            # A customer of ours that stands for all: who buys is not Flutterwave's business.
            "customer_id": self._customer_id,
            "redirect_url": new.return_url,
            "reference": new.reference,
            "session_duration": SESSION_MINUTES,
        }
        answer = self._post("/checkout/sessions", body, key=new.reference)
        return understand(reading.session_of, answer)

    def fetch_payment(self, provider_payment_id: str) -> ProviderPayment:
        if provider_payment_id.startswith(CHARGE_PREFIX):
            return understand(reading.payment_of, self._charge(provider_payment_id))
        path = f"/checkout/sessions/{quote(provider_payment_id, safe='')}"
        unpaid = understand(reading.session_of, self._get(path))
        return self.find_payment(unpaid.reference) or unpaid

    def find_payment(self, reference: str) -> ProviderPayment | None:
        """A session that nobody tried to pay is not found, and is made again under its key."""
        charges = list(self._pages("/charges", {"reference": reference}))
        best = understand(partial(reading.best_of, reference), charges)
        return understand(reading.payment_of, best) if best else None

    # --- refunds

    def refund(self, new: NewRefund) -> ProviderRefund:
        charge_id = new.provider_payment_id
        if not charge_id.startswith(CHARGE_PREFIX):
            charge_id = self.fetch_payment(charge_id).id
        currency = self._currency_of({"charge_id": charge_id})
        check_currency(new.amount, currency)
        body = {
            "amount": number_of(new.amount),
            "charge_id": charge_id,
            "reason": REFUND_REASON,
            "meta": {"reference": new.reference},
        }
        answer = self._post("/refunds", body, key=new.reference)
        return understand(lambda a: reading.refund_of(a, currency), answer)

    def fetch_refund(self, provider_refund_id: str) -> ProviderRefund:
        return self._with_currency(self._get(f"/refunds/{quote(provider_refund_id, safe='')}"))

    def find_refund(self, reference: str) -> ProviderRefund | None:
        for made in self._pages("/refunds", _since(reference)):
            if understand(reading.name_of, made) == reference:
                return self._with_currency(made)
        return None

    # --- payouts

    def pay_out(self, new: NewPayout) -> ProviderPayout:
        bank_code, number = bank_account(new.destination)
        currency = new.amount.currency
        body = {
            "action": "instant",
            "reference": new.reference,
            "narration": "Payout",
            "payment_instruction": {
                "source_currency": currency,
                "destination_currency": currency,
                "amount": {
                    "value": number_of(new.amount),
                    "applies_to": "destination_currency",
                },
                "recipient": {"bank": {"account_number": number, "code": bank_code}},
            },
        }
        answer = self._post("/direct-transfers", body, key=new.reference)
        return understand(reading.payout_of, answer)

    def fetch_payout(self, provider_payout_id: str) -> ProviderPayout:
        path = f"/transfers/{quote(provider_payout_id, safe='')}"
        return understand(reading.payout_of, self._get(path))

    def find_payout(self, reference: str) -> ProviderPayout | None:
        filters = {**_since(reference), "size": str(PAGE_SIZE)}
        for _ in range(MOST_PAGES):
            data = self._get("/transfers", filters)
            for transfer in understand(lambda d: list(d["transfers"]), data):
                if understand(lambda t: str(t["reference"]), transfer) == reference:
                    return understand(reading.payout_of, transfer)
            following = understand(_next_page, data)
            if following is None:
                return None
            filters["next"] = following
        raise ProviderUnknown("too much to search", code="search_too_long")

    # --- chargebacks, webhooks, balances

    def fetch_chargeback(self, provider_chargeback_id: str) -> ProviderChargeback:
        row = self._get(f"/chargebacks/{quote(provider_chargeback_id, safe='')}")
        currency = self._currency_of(row)
        return understand(lambda r: reading.chargeback_of(r, currency), row)

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> None:
        """No time is signed apart from the event's own, which a retry keeps: so an old event is
        taken, once, and only leads to a question."""
        lowered = {name.lower(): value for name, value in headers.items()}
        given = lowered.get(SIGNATURE_HEADER, "").encode()
        matched = False
        for secret in self._webhook_secrets:
            mac = hmac.new(secret.encode(), body, hashlib.sha256).digest()
            matched |= hmac.compare_digest(base64.b64encode(mac), given)
        if not matched:
            raise BadSignature("no signature matches")

    def parse_webhook(self, body: bytes) -> WebhookNotice:
        try:
            event = loads(body)
            event_id, event_type, data = event["webhook_id"], event["type"], event["data"]
            if not all(isinstance(text, str) and text for text in (event_id, event_type)):
                raise BadWebhook("the event's id and type must be strings")
            object_id = str(data["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadWebhook("the body is not an event") from error
        return WebhookNotice(event_id, event_type, _kind(event_type), object_id)

    def read_balances(self) -> Sequence[Money]:
        """What is available; v4 does not say what has yet to settle."""
        return understand(
            lambda rows: [money_of(row["available_balance"], row["currency"]) for row in rows],
            self._get("/wallets/balances"),
        )

    def read_report(self, after: str) -> ReportPage:
        forbid_transaction("a call to the payment provider")
        raise ReportUnavailable("Flutterwave's statement has no ids; import its file")

    # --- HTTP

    def _charge(self, charge_id: str) -> dict[str, Any]:
        charge: dict[str, Any] = self._get(f"/charges/{quote(charge_id, safe='')}")
        return charge

    def _currency_of(self, row: dict[str, Any]) -> str:
        charge = self._charge(understand(lambda r: str(r["charge_id"]), row))
        return understand(lambda c: str(c["currency"]), charge)

    def _with_currency(self, refund: dict[str, Any]) -> ProviderRefund:
        currency = self._currency_of(refund)
        return understand(lambda r: reading.refund_of(r, currency), refund)

    def _pages(self, path: str, filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        for page in range(1, MOST_PAGES + 1):
            params = {**filters, "page": str(page), "size": str(PAGE_SIZE)}
            body = self._api.get(path, params=params)
            yield from understand(lambda b: list(b["data"]), body)
            if page >= understand(lambda b: int(b["meta"]["page_info"]["total_pages"]), body):
                return
        raise ProviderUnknown("too much to search", code="search_too_long")

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return understand(lambda b: b["data"], self._api.get(path, params=params))

    def _post(self, path: str, body: Mapping[str, Any], *, key: str) -> Any:
        headers = {"Content-Type": "application/json", "X-Idempotency-Key": key}
        answer = self._api.call("POST", path, content=dumps(body), headers=headers)
        return understand(lambda b: b["data"], answer)


def _next_page(data: dict[str, Any]) -> str | None:
    cursor = data["cursor"]
    return str(cursor["next"]) if cursor["has_more_items"] else None


def _is_success(body: Any) -> bool:
    return isinstance(body, dict) and body.get("status") == "success"


def _judge(failure: Failure) -> type[ProviderError] | None:
    if failure.status in (HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT):
        # No right, or a reference that is in use: neither proves that nothing happened.
        return ProviderUnknown
    if failure.code == "insufficient_balance" or failure.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return ProviderDeclined
    return None


def _since(reference: str) -> dict[str, str]:
    times = {"from": made_at(reference) - CLOCKS_APART, "to": clock.now() + CLOCKS_APART}
    return {name: _written(at) for name, at in times.items()}


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _kind(event_type: str) -> ObjectKind:
    subject = event_type.partition(".")[0]
    kinds = {
        "charge": ObjectKind.PAYMENT,
        "transfer": ObjectKind.PAYOUT,
        "refund": ObjectKind.REFUND,
        "chargeback": ObjectKind.CHARGEBACK,
    }
    return kinds.get(subject, ObjectKind.OTHER)
