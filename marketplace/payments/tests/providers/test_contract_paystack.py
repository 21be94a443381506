"""The Paystack adapter keeps the contract, against a fake that speaks Paystack's HTTP."""

import json
from collections.abc import Mapping
from datetime import datetime

import pytest

from marketplace.core.money import Money
from marketplace.payments.providers.paystack import PaystackProvider
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    Destination,
    ObjectKind,
    PaymentOutcome,
    PaymentProvider,
    PayoutOutcome,
    ProviderPayment,
    RefundOutcome,
)
from marketplace.payments.tests.providers.contract import (
    Harness,
    Lacks,
    ProviderContract,
    Trouble,
)
from marketplace.payments.tests.providers.paystack_server import (
    ACCOUNT_NUMBER,
    BANK_CODE,
    SECRET_KEY,
    PaystackServer,
    sign,
)

EVENTS = {
    ObjectKind.PAYMENT: ("charge.success", "reference"),
    ObjectKind.REFUND: ("refund.processed", "id"),
    ObjectKind.PAYOUT: ("transfer.reversed", "reference"),
    ObjectKind.CHARGEBACK: ("charge.dispute.resolve", "id"),
}
PATHS = {
    ObjectKind.PAYMENT: "/transaction/initialize",
    ObjectKind.REFUND: "/refund",
    ObjectKind.PAYOUT: "/transfer",
}
TRANSFERS = {
    PayoutOutcome.PAID: "success",
    PayoutOutcome.FAILED: "failed",
    PayoutOutcome.RETURNED: "reversed",
}


class PaystackHarness(Harness):
    amount = Money(1_234_500, "NGN")
    destination = Destination("Linden Seller", "ACCOUNT_NUMBER", ACCOUNT_NUMBER, BANK_CODE)
    lacks = {
        Lacks.OTHER_CURRENCIES: "all that it collects have two decimals",
        Lacks.TIMESTAMPS: "its signature covers no time; the event's id stops a replay",
        Lacks.REPORTS: "its balance ledger names neither our references nor its objects",
        Lacks.FETCHING_UNPAID: "the page's address is told once",
        Lacks.FINDING_UNPAID: "a page whose address was lost is given up for another",
    }

    def __init__(self, server: PaystackServer) -> None:
        self.server = server
        self.provider = self.adapter()

    def adapter(self, *, key: str = SECRET_KEY, timeout_seconds: float = 5) -> PaymentProvider:
        return PaystackProvider(
            base_url=self.server.url,
            secret_keys=[key, "old", "new"],
            receipt_email="receipts@market.example",
            holding_limit_days=90,
            timeout_seconds=timeout_seconds,
        )

    def press(self, payment: ProviderPayment, outcome: PaymentOutcome) -> None:
        self.server.pay(payment.id, succeeds=outcome is PaymentOutcome.CAPTURED)

    def pay_with(self, payment: ProviderPayment, instrument: str) -> None:
        self.server.pay(payment.id, card=instrument)

    def settle_refund(self, reference: str, outcome: RefundOutcome) -> None:
        status = "processed" if outcome is RefundOutcome.SUCCEEDED else "failed"
        self.server.settle_refund(reference, status)

    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> None:
        self.server.settle_transfer(reference, TRANSFERS[outcome])

    def trouble(self, kind: ObjectKind, reference: str, trouble: Trouble) -> None:
        self.server.trouble(trouble, reference, PATHS[kind])

    def open_chargeback(self, payment: ProviderPayment) -> str:
        return self.server.open_dispute(payment.id)

    def close_chargeback(self, chargeback_id: str, outcome: ChargebackOutcome) -> None:
        is_won = outcome is ChargebackOutcome.WON
        self.server.resolve_dispute(chargeback_id, "declined" if is_won else "merchant-accepted")

    def event(self, kind: ObjectKind, object_id: str) -> bytes:
        event, name = EVENTS[kind]
        return json.dumps({"event": event, "data": {name: object_id}}).encode()

    def sign(self, body: bytes, secret: str, at: datetime) -> Mapping[str, str]:
        return sign(body, secret)


class TestPaystack(ProviderContract):
    @pytest.fixture
    def harness(self, paystack_server: PaystackServer) -> PaystackHarness:
        return PaystackHarness(paystack_server)
