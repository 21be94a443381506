"""Both versions of the Flutterwave adapter keep the contract, each against a fake over a socket."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx
import pytest

from marketplace.core.money import Money
from marketplace.payments.providers.flutterwave import FlutterwaveV3, FlutterwaveV4
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
from marketplace.payments.tests.providers.flutterwave_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    CUSTOMER_EMAIL,
    CUSTOMER_ID,
    V3_KEY,
    FlutterwaveServer,
    FlutterwaveV3Server,
    FlutterwaveV4Server,
    v4_signature,
)

NUMBER = "0690000031"
NO_TIME = "the signature has no time; an event counts once and is only a nudge"
UNPAID = "a page that nobody tried to pay is known by no reference; a repeat makes another"


NO_INSTRUMENT = "its card's token is made for one customer, and is another for the next"


class FlutterwaveHarness(Harness):
    amount = Money(1_234_567, "NGN")
    destination = Destination("Linden Seller", "ACCOUNT_NUMBER", NUMBER, "044")
    declined = ""
    payouts = ""
    refunds = ""
    payments = ""

    def __init__(self, fake: FlutterwaveServer) -> None:
        self.fake = fake
        self.provider = self.adapter()

    def press(self, payment: ProviderPayment, outcome: PaymentOutcome) -> None:
        data = {"outcome": self.declined} if outcome is PaymentOutcome.DECLINED else {}
        httpx.post(payment.redirect_url, data=data, trust_env=False).raise_for_status()

    def trouble(self, kind: ObjectKind, reference: str, trouble: Trouble) -> None:
        paths = {
            ObjectKind.PAYMENT: self.payments,
            ObjectKind.REFUND: self.refunds,
            ObjectKind.PAYOUT: self.payouts,
        }
        self.fake.trouble(trouble, reference, paths[kind])

    def will_settle(self, reference: str, outcome: RefundOutcome | PayoutOutcome) -> None:
        if outcome is RefundOutcome.FAILED:
            self.fake.refund_endings[reference] = "failed"


class V3Harness(FlutterwaveHarness):
    other_amounts = (Money(5_000, "UGX"), Money(70_000, "RWF"))
    lacks = {
        Lacks.FETCHING_UNPAID: UNPAID,
        Lacks.FINDING_UNPAID: UNPAID,
        Lacks.UNIQUE_PAYMENTS: "a link under a known tx_ref is just another link",
        Lacks.PAYOUT_RETURNS: "a transfer that comes back is FAILED; our books know it was paid",
        Lacks.REPORTS: "its statement's lines have no ids",
        Lacks.INSTRUMENTS: NO_INSTRUMENT,
        Lacks.TIMESTAMPS: NO_TIME,
        Lacks.INTEGRITY: "verif-hash is a shared secret in the clear",
    }
    declined = "failed"
    payments, refunds, payouts = "/v3/payments", "/v3/transactions/", "/v3/transfers"
    fake: FlutterwaveV3Server

    def adapter(self, *, key: str = V3_KEY, timeout_seconds: float = 5) -> PaymentProvider:
        return FlutterwaveV3(
            base_url=f"{self.fake.url}/v3",
            secret_key=key,
            webhook_secrets=["old", "new"],
            customer_email=CUSTOMER_EMAIL,
            holding_limit_days=90,
            timeout_seconds=timeout_seconds,
        )

    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> None:
        paid = outcome is PayoutOutcome.PAID
        self.fake.settle_transfer(reference, "SUCCESSFUL" if paid else "FAILED")

    def open_chargeback(self, payment: ProviderPayment) -> str:
        return self.fake.open_chargeback(payment.reference)

    def close_chargeback(self, chargeback_id: str, outcome: ChargebackOutcome) -> None:
        self.fake.chargebacks[chargeback_id]["status"] = outcome.lower()

    def event(self, kind: ObjectKind, object_id: str) -> bytes:
        subject = "charge" if kind is ObjectKind.PAYMENT else EVENTS[kind]
        data: dict[str, Any] = {"id": object_id}
        if kind is ObjectKind.PAYMENT:
            data = {"id": 285959875, "tx_ref": object_id}
        return json.dumps({"event": f"{subject}.completed", "data": data}).encode()

    def sign(self, body: bytes, secret: str, at: datetime) -> Mapping[str, str]:
        return {"verif-hash": secret}


class V4Harness(FlutterwaveHarness):
    other_amounts = (Money(5_000, "UGX"), Money(12_340, "KWD"))
    lacks = {
        Lacks.FINDING_UNPAID: UNPAID,
        Lacks.REPORTS: "its statement's lines have no ids",
        Lacks.INSTRUMENTS: NO_INSTRUMENT,
        Lacks.TIMESTAMPS: NO_TIME,
    }
    declined = "failed"
    payments, refunds, payouts = "/checkout/sessions", "/refunds", "/direct-transfers"
    fake: FlutterwaveV4Server

    def adapter(self, *, key: str = CLIENT_SECRET, timeout_seconds: float = 5) -> PaymentProvider:
        return FlutterwaveV4(
            base_url=self.fake.url,
            token_url=f"{self.fake.url}/idp/token",
            client_id=CLIENT_ID,
            client_secret=key,
            webhook_secrets=["old", "new"],
            customer_id=CUSTOMER_ID,
            holding_limit_days=90,
            timeout_seconds=timeout_seconds,
        )

    def settle_refund(self, reference: str, outcome: RefundOutcome) -> None:
        row = next(r for r in self.fake.refunds.values() if r["meta"]["reference"] == reference)
        row["status"] = outcome.lower()

    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> None:
        self.fake.settle_transfer(
            reference, "FAILED" if outcome is PayoutOutcome.FAILED else "SUCCESSFUL"
        )
        if outcome is PayoutOutcome.RETURNED:
            self.fake.settle_transfer(reference, "REVERSED")

    def open_chargeback(self, payment: ProviderPayment) -> str:
        return self.fake.open_chargeback(payment.id)

    def close_chargeback(self, chargeback_id: str, outcome: ChargebackOutcome) -> None:
        self.fake.chargebacks[chargeback_id]["status"] = outcome.lower()

    def event(self, kind: ObjectKind, object_id: str) -> bytes:
        subject = "charge" if kind is ObjectKind.PAYMENT else EVENTS[kind]
        event = {
            "webhook_id": f"wbk_{self.fake.number()}",
            "timestamp": 1739877172874,
            "type": f"{subject}.completed",
            "data": {"id": object_id},
        }
        return json.dumps(event).encode()

    def sign(self, body: bytes, secret: str, at: datetime) -> Mapping[str, str]:
        return v4_signature(body, secret)


EVENTS = {
    ObjectKind.REFUND: "refund",
    ObjectKind.PAYOUT: "transfer",
    ObjectKind.CHARGEBACK: "chargeback",
}


@pytest.fixture
def v3() -> Iterator[FlutterwaveV3Server]:
    fake = FlutterwaveV3Server()
    with fake.running():
        yield fake


@pytest.fixture
def v4() -> Iterator[FlutterwaveV4Server]:
    fake = FlutterwaveV4Server()
    with fake.running():
        yield fake


class TestFlutterwaveV3(ProviderContract):
    @pytest.fixture
    def harness(self, v3: FlutterwaveV3Server) -> V3Harness:
        return V3Harness(v3)


class TestFlutterwaveV4(ProviderContract):
    @pytest.fixture
    def harness(self, v4: FlutterwaveV4Server) -> V4Harness:
        return V4Harness(v4)
