"""Paystack over HTTP: a hosted page, refunds, and transfers from the collected balance.

There is no idempotency key. A duplicate reference is refused, which guards payments and transfers;
refunds have no reference at all, so every refund is looked for before it is made (ADR 58).
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

import orjson

from marketplace.core.db import forbid_transaction
from marketplace.core.money import Money
from marketplace.payments.providers.http import HttpApi, understand
from marketplace.payments.providers.paystack_objects import (
    base_reference,
    page_reference,
    read_chargeback,
    read_event,
    read_payment,
    read_payout,
    read_refund,
)
from marketplace.payments.providers.paystack_questions import (
    MAX_PAGES_OF_A_PAYMENT,
    RULES,
    DuplicateReference,
    pages_of,
    paid_page,
    refunds,
    verify,
)
from marketplace.payments.providers.protocol import (
    BadSignature,
    NewPayment,
    NewPayout,
    NewRefund,
    ObjectMissing,
    PaymentOutcome,
    ProviderChargeback,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderRejected,
    ProviderUnknown,
    ReportPage,
    ReportUnavailable,
    WebhookNotice,
    asking,
)

BASE_URL = "https://api.paystack.co"
SIGNATURE_HEADER = "X-Paystack-Signature"
CURRENCIES = frozenset({"NGN", "GHS", "ZAR", "KES", "USD"})
RECIPIENT_TYPES = {"NGN": "nuban", "GHS": "ghipss", "ZAR": "basa", "KES": "kepss"}
CLOCKS_DIFFER = timedelta(minutes=5)

Made = TypeVar("Made", ProviderRefund, ProviderPayout)


class PaystackProvider:
    name = "paystack"

    def __init__(
        self,
        *,
        secret_keys: Sequence[str],
        receipt_email: str,
        holding_limit_days: int,
        timeout_seconds: float,
        base_url: str = BASE_URL,
    ) -> None:
        """The first key calls; webhooks may be signed with any, so that keys can be rotated."""
        self.holding_limit_days = holding_limit_days
        self._secret_keys = secret_keys
        self._receipt_email = receipt_email
        self._api = HttpApi(
            base_url=base_url,
            headers={"Authorization": f"Bearer {secret_keys[0]}"},
            timeout_seconds=timeout_seconds,
            rules=RULES,
        )

    def create_payment(self, new: NewPayment) -> ProviderPayment:
        """A page to pay on. Its address is told once: when that answer was lost, nobody can have
        it, and the same payment gets another page under the next of its references."""
        _check_currency(new.amount)
        for number in range(1, MAX_PAGES_OF_A_PAYMENT + 1):
            reference = page_reference(new.reference, number)
            try:
                answer = self._api.post("/transaction/initialize", self._request(new, reference))
            except DuplicateReference:
                with asking():
                    taken = understand(read_payment, verify(self._api, reference))
                if taken.amount != new.amount:
                    raise ProviderRejected(
                        "the reference belongs to another amount", code="reference_used"
                    ) from None
                if taken.outcome is PaymentOutcome.CAPTURED:
                    return taken
                continue
            url = understand(lambda body: str(body["data"]["authorization_url"]), answer)
            return ProviderPayment(
                id=new.reference,
                reference=new.reference,
                outcome=PaymentOutcome.OPEN,
                amount=new.amount,
                redirect_url=url,
            )
        raise ProviderUnknown("every page of this payment was lost", code="pages_spent")

    def _request(self, new: NewPayment, reference: str) -> dict[str, Any]:
        return {
            "amount": str(new.amount.amount_minor),
            "currency": new.amount.currency,
            "email": self._receipt_email,
            "reference": reference,
            "callback_url": new.return_url,
            "metadata": orjson.dumps({**new.metadata, "description": new.description}).decode(),
        }

    def fetch_payment(self, provider_payment_id: str) -> ProviderPayment:
        reference = base_reference(provider_payment_id)
        pages = list(pages_of(self._api, reference))
        if not pages:
            raise ObjectMissing("Paystack has no such transaction")
        collected = [page for _, page in pages if page.outcome is PaymentOutcome.CAPTURED]
        for name, page in pages:
            if name == provider_payment_id and page in collected[1:]:
                # Paid a second time: money under a name that belongs to no attempt of ours.
                return replace(page, id=name, reference=name)
        return collected[0] if collected else pages[-1][1]

    def find_payment(self, reference: str) -> ProviderPayment | None:
        """What was begun on its page. One that nobody touched is not found: whoever asks has lost
        its address, and so has everybody else."""
        for _, page in pages_of(self._api, reference):
            if page.outcome is PaymentOutcome.CAPTURED or page.details["is_begun"]:
                return page
        return None

    def refund(self, new: NewRefund) -> ProviderRefund:
        paid = paid_page(self._api, new)
        for known in refunds(self._api, {"transaction": str(paid["id"])}):
            if known["merchant_note"] == new.reference:
                return _of_this_amount(understand(read_refund, known), new.amount)
        body = {
            "transaction": str(paid["id"]),
            "amount": str(new.amount.amount_minor),
            "currency": new.amount.currency,
            "merchant_note": new.reference,
        }
        try:
            answer = self._api.post("/refund", body)
        except ObjectMissing as error:
            raise ProviderRejected(str(error), code=error.code) from error
        return understand(lambda made: read_refund(made["data"]), answer)

    def fetch_refund(self, provider_refund_id: str) -> ProviderRefund:
        answer = self._api.get(f"/refund/{quote(provider_refund_id, safe='')}")
        return understand(lambda found: read_refund(found["data"]), answer)

    def find_refund(self, reference: str) -> ProviderRefund | None:
        since = datetime.fromtimestamp((UUID(reference).int >> 80) / 1000, UTC) - CLOCKS_DIFFER
        for known in refunds(self._api, {"from": since.isoformat().replace("+00:00", "Z")}):
            if known["merchant_note"] == reference:
                return understand(read_refund, known)
        return None

    def pay_out(self, new: NewPayout) -> ProviderPayout:
        """To a bank account with its bank's code. A transfer that was made before is given."""
        destination, kind = new.destination, RECIPIENT_TYPES.get(new.amount.currency)
        if kind is None or destination.number_kind != "ACCOUNT_NUMBER" or not destination.bank_code:
            raise ProviderRejected(
                "Paystack pays out to a local account number with its bank's code",
                code="destination_not_supported",
            )
        recipient = {
            "type": kind,
            "name": destination.account_holder,
            "account_number": destination.number,
            "bank_code": destination.bank_code,
            "currency": new.amount.currency,
        }
        try:
            answer = self._api.post("/transferrecipient", recipient)
            code = understand(lambda made: str(made["data"]["recipient_code"]), answer)
            transfer = {
                "source": "balance",
                "amount": new.amount.amount_minor,
                "currency": new.amount.currency,
                "recipient": code,
                "reference": new.reference,
                "reason": "Payout",
            }
            made = self._api.post("/transfer", transfer)
        except DuplicateReference:
            with asking():
                known = self.fetch_payout(new.reference)
            return _of_this_amount(known, new.amount)
        except ObjectMissing as error:
            raise ProviderRejected(str(error), code=error.code) from error
        return understand(lambda body: read_payout(body["data"]), made)

    def fetch_payout(self, provider_payout_id: str) -> ProviderPayout:
        answer = self._api.get(f"/transfer/verify/{quote(provider_payout_id, safe='')}")
        return understand(lambda found: read_payout(found["data"]), answer)

    def find_payout(self, reference: str) -> ProviderPayout | None:
        try:
            return self.fetch_payout(reference)
        except ObjectMissing:
            return None

    def fetch_chargeback(self, provider_chargeback_id: str) -> ProviderChargeback:
        answer = self._api.get(f"/dispute/{quote(provider_chargeback_id, safe='')}")
        return understand(lambda found: read_chargeback(found["data"]), answer)

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> None:
        """There is no time in it: a replay is met by the event's id, which is the body's hash."""
        given = headers.get(SIGNATURE_HEADER, "")
        matched = False
        for key in self._secret_keys:
            expected = hmac.new(key.encode(), body, hashlib.sha512).hexdigest()
            # Every key is compared, in constant time: the time tells nothing.
            matched |= hmac.compare_digest(expected.encode(), given.encode())
        if not matched:
            raise BadSignature("no signature matches")

    def parse_webhook(self, body: bytes) -> WebhookNotice:
        return read_event(body)

    def read_balances(self) -> Sequence[Money]:
        answer = self._api.get("/balance")
        return understand(
            lambda found: [Money(part["balance"], part["currency"]) for part in found["data"]],
            answer,
        )

    def read_report(self, after: str) -> ReportPage:
        """Its balance ledger names neither our references nor its own objects."""
        forbid_transaction("a call to the payment provider")
        raise ReportUnavailable("Paystack has no report by reference: import its settlement file")


def _check_currency(amount: Money) -> None:
    if amount.currency not in CURRENCIES:
        raise ProviderRejected(
            f"Paystack does not collect {amount.currency}", code="currency_not_supported"
        )


def _of_this_amount(known: Made, amount: Money) -> Made:
    if known.amount != amount:
        raise ProviderRejected("the reference belongs to another amount", code="reference_used")
    return known
