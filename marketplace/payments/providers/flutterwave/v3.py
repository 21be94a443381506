"""Flutterwave v3 behind :class:`PaymentProvider`. Our reference (``tx_ref``) is the payment's id.

Sources: https://developer.flutterwave.com/v3.0/docs and the answers printed in
https://github.com/Flutterwave/Node-v3/tree/master/documentation.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from marketplace.core import clock
from marketplace.core.db import forbid_transaction
from marketplace.core.money import Money
from marketplace.payments.providers.flutterwave import v3_reading as reading
from marketplace.payments.providers.flutterwave.amounts import (
    check_currency,
    dumps,
    loads,
    money_of,
    number_of,
)
from marketplace.payments.providers.flutterwave.destinations import bank_account
from marketplace.payments.providers.http import Failure, FailureRules, HttpApi, understand
from marketplace.payments.providers.protocol import (
    BadSignature,
    BadWebhook,
    NewPayment,
    NewPayout,
    NewRefund,
    ObjectKind,
    ObjectMissing,
    PaymentOutcome,
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

SIGNATURE_HEADER = "verif-hash"
SESSION_MINUTES = 1440
"""How long the link can be paid: Flutterwave's maximum."""
MOST_PAGES = 40
TITLE = "Payment"
DUPLICATE = "duplicate_reference"


class FlutterwaveV3:
    """There is no idempotency key: ``tx_ref`` and the transfer's ``reference`` are unique, and a
    refund carries our reference as its comment. docs/providers/flutterwave.md says what follows."""

    name = "flutterwave"

    def __init__(
        self,
        *,
        base_url: str,
        secret_key: str,
        webhook_secrets: Sequence[str],
        customer_email: str,
        holding_limit_days: int,
        timeout_seconds: float,
    ) -> None:
        self.holding_limit_days = holding_limit_days
        self._webhook_secrets = webhook_secrets
        self._customer_email = customer_email
        self._api = HttpApi(
            base_url=base_url,
            timeout_seconds=timeout_seconds,
            headers={"Authorization": f"Bearer {secret_key}"},
            rules=FailureRules(
                read=_code_and_message, judge=_judge, is_success=lambda b: _status(b) == "success"
            ),
            loads=loads,
        )

    # --- payments

    def create_payment(self, new: NewPayment) -> ProviderPayment:
        body = {
            "tx_ref": new.reference,
            "amount": number_of(new.amount),
            "currency": new.amount.currency,
            "redirect_url": new.return_url,
            # An address is demanded; the buyer's own is not Flutterwave's business.
            "customer": {"email": self._customer_email},
            "customizations": {"title": TITLE, "description": new.description},
            "meta": dict(new.metadata),
            "session_duration": SESSION_MINUTES,
        }
        answer = self._post("/payments", body)
        return ProviderPayment(
            id=new.reference,
            reference=new.reference,
            outcome=PaymentOutcome.OPEN,
            amount=new.amount,
            redirect_url=understand(lambda a: str(a["link"]), answer),
        )

    def fetch_payment(self, provider_payment_id: str) -> ProviderPayment:
        """ObjectMissing until the buyer has tried to pay: Flutterwave knows the link by no name."""
        return understand(reading.payment_of, self._transaction(provider_payment_id))

    def find_payment(self, reference: str) -> ProviderPayment | None:
        """What was not tried is not found, and is made again: its link was in the lost answer."""
        try:
            return self.fetch_payment(reference)
        except ObjectMissing:
            return None

    # --- refunds

    def refund(self, new: NewRefund) -> ProviderRefund:
        transaction = self._transaction(new.provider_payment_id)
        transaction_id, currency = understand(
            lambda t: (str(t["id"]), str(t["currency"])), transaction
        )
        check_currency(new.amount, currency)
        # No key makes this request single: those of our name are looked for each time.
        for made in self._refunds({"id": transaction_id}):
            if understand(reading.name_of, made) == new.reference:
                return understand(lambda r: reading.refund_of(r, currency), made)
        answer = self._post(
            f"/transactions/{quote(transaction_id, safe='')}/refund",
            {"amount": number_of(new.amount), "comments": new.reference},
        )
        return understand(lambda a: reading.refund_of(a, currency, new.reference), answer)

    def fetch_refund(self, provider_refund_id: str) -> ProviderRefund:
        return self._with_currency(self._get(f"/refunds/{quote(provider_refund_id, safe='')}"))

    def find_refund(self, reference: str) -> ProviderRefund | None:
        # A day of room on each side: their dates are in a time zone that they do not name.
        dates = {
            "from": (made_at(reference) - timedelta(days=1)).date().isoformat(),
            "to": (clock.now() + timedelta(days=1)).date().isoformat(),
        }
        for made in self._refunds(dates):
            if understand(reading.name_of, made) == reference:
                return self._with_currency(made)
        return None

    # --- payouts

    def pay_out(self, new: NewPayout) -> ProviderPayout:
        bank_code, number = bank_account(new.destination)
        body = {
            "account_bank": bank_code,
            "account_number": number,
            "amount": number_of(new.amount),
            "currency": new.amount.currency,
            "debit_currency": new.amount.currency,
            "beneficiary_name": new.destination.account_holder,
            "narration": "Payout",
            "reference": new.reference,
        }
        try:
            return understand(reading.payout_of, self._post("/transfers", body))
        except ProviderUnknown as error:
            if error.code == DUPLICATE and (found := self.find_payout(new.reference)):
                return found
            raise

    def fetch_payout(self, provider_payout_id: str) -> ProviderPayout:
        path = f"/transfers/{quote(provider_payout_id, safe='')}"
        return understand(reading.payout_of, self._get(path))

    def find_payout(self, reference: str) -> ProviderPayout | None:
        """Newest first, back to when the name was given; ``reference`` may filter or be ignored."""
        oldest = made_at(reference) - timedelta(days=1)
        for transfer in self._pages("/transfers", {"reference": reference}):
            if understand(lambda t: str(t["reference"]), transfer) == reference:
                return understand(reading.payout_of, transfer)
            if understand(reading.created_at, transfer) < oldest:
                return None
        return None

    # --- chargebacks, webhooks, balances

    def fetch_chargeback(self, provider_chargeback_id: str) -> ProviderChargeback:
        for row in self._pages("/chargebacks", {"id": provider_chargeback_id}):
            row_id, of = understand(lambda r: (str(r["id"]), str(r["transaction_id"])), row)
            if row_id == provider_chargeback_id:
                path = f"/transactions/{quote(of, safe='')}/verify"
                currency = understand(lambda t: str(t["currency"]), self._get(path))
                return understand(partial(reading.chargeback_of, currency=currency), row)
        raise ObjectMissing("no such chargeback")

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> None:
        """A shared secret in the clear: it says who sent, not what. Every event is asked again."""
        lowered = {name.lower(): value for name, value in headers.items()}
        given = lowered.get(SIGNATURE_HEADER, "")
        matched = False
        for secret in self._webhook_secrets:
            matched |= bool(secret) and hmac.compare_digest(secret.encode(), given.encode())
        if not matched:
            raise BadSignature("the shared secret does not match")

    def parse_webhook(self, body: bytes) -> WebhookNotice:
        try:
            event = loads(body)
            event_type, data = event["event"], event["data"]
            if not isinstance(event_type, str) or not event_type:
                raise BadWebhook("the event's type must be a string")
            kind = _kind(event_type)
            object_id = str(data["tx_ref"] if kind is ObjectKind.PAYMENT else data["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadWebhook("the body is not an event") from error
        # Events have no id: the same body is the same event.
        digest = hashlib.sha256(body).hexdigest()[:32]
        return WebhookNotice(f"{digest}:{object_id[:60]}", event_type, kind, object_id)

    def read_balances(self) -> Sequence[Money]:
        """Available and not yet settled: Flutterwave keeps the two apart."""
        return understand(
            lambda rows: [
                money_of(row["available_balance"], row["currency"])
                + money_of(row["ledger_balance"], row["currency"])
                for row in rows
            ],
            self._get("/balances"),
        )

    def read_report(self, after: str) -> ReportPage:
        forbid_transaction("a call to the payment provider")
        raise ReportUnavailable("Flutterwave's statement has no ids; import its file")

    # --- HTTP

    def _transaction(self, reference: str) -> dict[str, Any]:
        params = {"tx_ref": reference}
        found: dict[str, Any] = self._get("/transactions/verify_by_reference", params)
        if understand(_status_of, found) == "successful":
            return found
        # The buyer may have tried several times: one that succeeded counts.
        for tried in self._pages("/transactions", params | {"status": "successful"}):
            of = understand(lambda t: str(t["tx_ref"]), tried)
            if of == reference and understand(_status_of, tried) == "successful":
                return tried
        return found

    def _with_currency(self, refund: dict[str, Any]) -> ProviderRefund:
        transaction_id = understand(lambda r: str(r["transaction_id"]), refund)
        transaction = self._get(f"/transactions/{quote(transaction_id, safe='')}/verify")
        currency = understand(lambda t: str(t["currency"]), transaction)
        return understand(lambda r: reading.refund_of(r, currency), refund)

    def _refunds(self, filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        return self._pages("/refunds", filters)

    def _pages(self, path: str, filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        for page in range(1, MOST_PAGES + 1):
            body = self._api.get(path, params={**filters, "page": str(page)})
            yield from understand(lambda b: list(b["data"]), body)
            if page >= understand(lambda b: int(b["meta"]["page_info"]["total_pages"]), body):
                return
        raise ProviderUnknown("too much to search", code="search_too_long")

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return understand(lambda b: b["data"], self._api.get(path, params=params))

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        answer = self._api.call("POST", path, content=dumps(body), headers=headers)
        return understand(lambda b: b["data"], answer)


def _status_of(transaction: dict[str, Any]) -> str:
    return str(transaction["status"])


def _status(body: Any) -> Any:
    return body.get("status") if isinstance(body, dict) else None


def _code_and_message(body: Any) -> tuple[str, str]:
    """There are no codes, only sentences; the few that matter are told apart by a word."""
    message = str(body.get("message") or "") if isinstance(body, dict) else ""
    lowered = message.lower()
    if "already exist" in lowered or "duplicate" in lowered:
        return DUPLICATE, message
    if "insufficient" in lowered:
        return "insufficient_balance", message
    if "not found" in lowered or "no transaction was found" in lowered:
        return "not_found", message
    return "", message


def _judge(failure: Failure) -> type[ProviderError] | None:
    if failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProviderUnknown
    if failure.code == "not_found":
        return ObjectMissing
    if failure.code == DUPLICATE or failure.status in (HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT):
        return ProviderUnknown
    return ProviderDeclined if failure.code == "insufficient_balance" else None


def _kind(event_type: str) -> ObjectKind:
    subject = event_type.partition(".")[0]
    kinds = {
        "charge": ObjectKind.PAYMENT,
        "transfer": ObjectKind.PAYOUT,
        "refund": ObjectKind.REFUND,
        "chargeback": ObjectKind.CHARGEBACK,
    }
    return kinds.get(subject, ObjectKind.OTHER)
