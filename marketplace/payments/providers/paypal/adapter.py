"""PayPal behind :class:`PaymentProvider`. The order's id is the payment's id."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from marketplace.core.money import Money
from marketplace.payments.providers.http import HttpApi, understand
from marketplace.payments.providers.paypal import reading
from marketplace.payments.providers.paypal.amounts import amount_of, money_of, value_of
from marketplace.payments.providers.paypal.api import BATCH_EXISTS
from marketplace.payments.providers.paypal.reports import (
    PAYMENT_CODE,
    REFUND_CODE,
    TransactionSearch,
)
from marketplace.payments.providers.paypal.webhooks import WebhookCheck, read_notice
from marketplace.payments.providers.protocol import (
    NewPayment,
    NewPayout,
    NewRefund,
    PaymentOutcome,
    PayoutOutcome,
    ProviderChargeback,
    ProviderDeclined,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderRejected,
    ProviderUnknown,
    ReportPage,
    WebhookNotice,
)
from marketplace.payments.providers.references import age_of

NUMBER_KIND = "PAYPAL"
PAYOUT_KEYS_KEPT = timedelta(days=29)
"""PayPal refuses a sender_batch_id of the last 30 days; a day less, for clocks and crawling."""
NOT_THE_END = frozenset({"ORDER_ALREADY_CAPTURED", "ORDER_NOT_APPROVED", "MAX_NUMBER_OF_PAYMENT"})
"""A capture refused with these says how the order stands, not that the buyer cannot pay."""
WHOLE = {"Prefer": "return=representation"}
MAX_DESCRIPTION_LENGTH = 127


class PayPalProvider:
    """Keys: our reference is ``PayPal-Request-Id`` (6 hours for orders and captures, 45 days for
    refunds), ``custom_id`` and ``sender_batch_id``. docs/providers/paypal.md says what follows."""

    name = "paypal"

    def __init__(
        self,
        *,
        api: HttpApi,
        webhooks: WebhookCheck,
        disbursement_mode: str,
        holding_limit_days: int,
        report_days_back: int = 31,
    ) -> None:
        self.holding_limit_days = holding_limit_days
        self._api = api
        self._webhooks = webhooks
        self._disbursement_mode = disbursement_mode
        self._search = TransactionSearch(api, days_back=report_days_back)

    # --- payments

    def create_payment(self, new: NewPayment) -> ProviderPayment:
        unit = {
            "reference_id": new.reference,
            "custom_id": new.reference,
            # PayPal refuses a second capture under the same invoice id.
            "invoice_id": new.reference,
            "description": new.description[:MAX_DESCRIPTION_LENGTH],
            "amount": amount_of(new.amount),
            "payment_instruction": {"disbursement_mode": self._disbursement_mode},
        }
        context = {
            "return_url": new.return_url,
            "cancel_url": new.return_url,
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
        }
        body = {
            "intent": "CAPTURE",
            "purchase_units": [unit],
            "payment_source": {"paypal": {"experience_context": context}},
        }
        return understand(
            reading.payment_of, self._post("/v2/checkout/orders", body, key=new.reference)
        )

    def fetch_payment(self, provider_payment_id: str) -> ProviderPayment:
        return understand(reading.payment_of, self._order(provider_payment_id))

    def find_payment(self, reference: str) -> ProviderPayment | None:
        """Only what was captured can be found. An order that was not is made again: its address
        was in the answer that was lost, so nobody can pay it."""
        capture_id = self._search.find(reference, PAYMENT_CODE)
        return self.fetch_payment(self._order_of(capture_id)) if capture_id else None

    def capture_payment(self, provider_payment_id: str) -> ProviderPayment:
        payment = self.fetch_payment(provider_payment_id)
        if payment.outcome is not PaymentOutcome.APPROVED:
            return payment
        path = f"/v2/checkout/orders/{quote(provider_payment_id, safe='')}/capture"
        try:
            # A key of its own: the order itself was made under the bare reference.
            answer = self._post(path, {}, key=f"{payment.reference}-capture")
        except (ProviderDeclined, ProviderRejected) as error:
            if error.code in NOT_THE_END:
                return self.fetch_payment(provider_payment_id)
            return replace(
                payment, outcome=PaymentOutcome.DECLINED, failure_code=error.code.lower()
            )
        return understand(reading.payment_of, answer)

    # --- refunds

    def refund(self, new: NewRefund) -> ProviderRefund:
        order = self._order(new.provider_payment_id)
        capture_id = understand(_capture_id, order)
        if capture_id is None:
            raise ProviderDeclined("nothing was captured", code="not_captured")
        path = f"/v2/payments/captures/{quote(capture_id, safe='')}/refund"
        body = {"amount": amount_of(new.amount), "custom_id": new.reference}
        return understand(reading.refund_of, self._post(path, body, key=new.reference))

    def fetch_refund(self, provider_refund_id: str) -> ProviderRefund:
        path = f"/v2/payments/refunds/{quote(provider_refund_id, safe='')}"
        return understand(reading.refund_of, self._api.get(path))

    def find_refund(self, reference: str) -> ProviderRefund | None:
        """Shown at most three hours late; until long after that a repeat carries the same key."""
        refund_id = self._search.find(reference, REFUND_CODE)
        return self.fetch_refund(refund_id) if refund_id else None

    # --- payouts

    def pay_out(self, new: NewPayout) -> ProviderPayout:
        number = new.destination.number
        if new.destination.number_kind != NUMBER_KIND:
            raise ProviderRejected(
                "PayPal pays out to PayPal accounts only", code="destination_not_supported"
            )
        item = {
            "recipient_type": "EMAIL" if "@" in number else "PAYPAL_ID",
            "receiver": number,
            "amount": {"currency": new.amount.currency, "value": value_of(new.amount)},
            "sender_item_id": new.reference,
        }
        header = {"sender_batch_id": new.reference, "email_subject": "You have been paid"}
        body = {"sender_batch_header": header, "items": [item]}
        try:
            # The batch id keeps it single: PayPal-Request-Id has been seen not to, for payouts.
            answer = self._post("/v1/payments/payouts", body, key=new.reference)
        except ProviderUnknown as error:
            if error.code.startswith(BATCH_EXISTS):
                return self.fetch_payout(error.code.removeprefix(BATCH_EXISTS))
            raise
        batch_id = understand(lambda a: str(a["batch_header"]["payout_batch_id"]), answer)
        return ProviderPayout(batch_id, new.reference, PayoutOutcome.OPEN, new.amount)

    def fetch_payout(self, provider_payout_id: str) -> ProviderPayout:
        path = f"/v1/payments/payouts/{quote(provider_payout_id, safe='')}"
        return understand(reading.payout_of, self._api.get(path))

    def find_payout(self, reference: str) -> ProviderPayout | None:
        """PayPal has no question for this. For 30 days a repeat is the question, as it gives the
        first batch; after that a repeat could pay twice, so the outcome stays unknown."""
        if age_of(reference) > PAYOUT_KEYS_KEPT:
            raise ProviderUnknown("too old to be asked for; see PayPal's site", code="too_old")
        return None

    # --- disputes, webhooks, reports

    def fetch_chargeback(self, provider_chargeback_id: str) -> ProviderChargeback:
        path = f"/v1/customer/disputes/{quote(provider_chargeback_id, safe='')}"
        dispute = self._api.get(path)
        capture_id = understand(
            lambda d: str(d["disputed_transactions"][0]["seller_transaction_id"]), dispute
        )
        order_id = self._order_of(capture_id)
        return understand(lambda d: reading.chargeback_of(d, order_id), dispute)

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> None:
        self._webhooks.verify(body, headers)

    def parse_webhook(self, body: bytes) -> WebhookNotice:
        return read_notice(body)

    def read_balances(self) -> Sequence[Money]:
        """All that is ours, also what PayPal withholds (delayed, disputed)."""
        body = self._api.get("/v1/reporting/balances", params={"currency_code": "ALL"})
        return understand(lambda b: [money_of(x["total_balance"]) for x in b["balances"]], body)

    def read_report(self, after: str) -> ReportPage:
        return self._search.read(after)

    def _order(self, order_id: str) -> dict[str, Any]:
        order: dict[str, Any] = self._api.get(f"/v2/checkout/orders/{quote(order_id, safe='')}")
        return order

    def _order_of(self, capture_id: str) -> str:
        capture = self._api.get(f"/v2/payments/captures/{quote(capture_id, safe='')}")
        return understand(
            lambda c: str(c["supplementary_data"]["related_ids"]["order_id"]), capture
        )

    def _post(self, path: str, body: Mapping[str, Any], *, key: str) -> Any:
        return self._api.post(path, body, headers={"PayPal-Request-Id": key, **WHOLE})


def _capture_id(order: dict[str, Any]) -> str | None:
    capture = reading.capture_of(order)
    return str(capture["id"]) if capture else None
