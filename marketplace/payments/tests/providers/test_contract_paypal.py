"""The PayPal adapter keeps the contract, against a PayPal of our own over a socket."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import httpx
import pytest

from marketplace.core.money import Money
from marketplace.payments.providers.paypal import CertificateWebhooks, PayPalProvider
from marketplace.payments.providers.paypal.api import open_api
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    Destination,
    ObjectKind,
    PaymentOutcome,
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
from marketplace.payments.tests.providers.paypal_certificates import WEBHOOK_ID, Signer, root
from marketplace.payments.tests.providers.paypal_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    PayPalServer,
)

RECEIVER = "canary-seller@example.test"
ENDS = {
    PayoutOutcome.PAID: "SUCCESS",
    PayoutOutcome.FAILED: "FAILED",
    PayoutOutcome.RETURNED: "RETURNED",
}
PATHS = {
    ObjectKind.PAYMENT: "/v2/checkout/orders",
    ObjectKind.REFUND: "/v2/payments/captures/",
    ObjectKind.PAYOUT: "/v1/payments/payouts",
}


def adapter_for(
    fake: PayPalServer, *, key: str = CLIENT_SECRET, timeout_seconds: float = 5
) -> PayPalProvider:
    return PayPalProvider(
        api=open_api(
            base_url=fake.url,
            client_id=CLIENT_ID,
            client_secret=key,
            timeout_seconds=timeout_seconds,
        ),
        webhooks=CertificateWebhooks(
            webhook_ids=["of-another-webhook", WEBHOOK_ID],
            timeout_seconds=timeout_seconds,
            certificate_base=fake.url,
            roots=[root()],
        ),
        disbursement_mode="DELAYED",
        holding_limit_days=28,
    )


class PayPalHarness(Harness):
    other_amounts = (Money(5_000, "JPY"), Money(700_000, "HUF"), Money(1_200, "TWD"))
    destination = Destination("Linden Seller", "PAYPAL", RECEIVER)
    lacks = {
        Lacks.FINDING_UNPAID: "orders cannot be listed; a repeat with the same key gives the first",
        Lacks.FINDING_PAYOUTS: "payouts cannot be searched; a repeat gives the first batch",
    }

    def __init__(self, fake: PayPalServer) -> None:
        self.fake = fake
        self.paypal = adapter_for(fake)
        self.provider = self.paypal

    def adapter(self, *, key: str = CLIENT_SECRET, timeout_seconds: float = 5) -> PayPalProvider:
        return adapter_for(self.fake, key=key, timeout_seconds=timeout_seconds)

    def press(self, payment: ProviderPayment, outcome: PaymentOutcome) -> None:
        card = "declined" if outcome is PaymentOutcome.DECLINED else "good"
        httpx.post(payment.redirect_url, data={"card": card}, trust_env=False).raise_for_status()
        captured = self.paypal.capture_payment(payment.id)
        assert captured.outcome is outcome
        if outcome is PaymentOutcome.DECLINED:
            self.fake.orders[payment.id]["status"] = "VOIDED"

    def pay_with(self, payment: ProviderPayment, instrument: str) -> None:
        self.fake.approve(payment.id, payer_id=f"PAYER{instrument.upper()}")
        self.paypal.capture_payment(payment.id)

    def will_settle(self, reference: str, outcome: RefundOutcome | PayoutOutcome) -> None:
        if outcome is RefundOutcome.FAILED:
            self.fake.refund_endings[reference] = "FAILED"

    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> None:
        if outcome is PayoutOutcome.RETURNED:
            self.fake.settle_batch(reference, "SUCCESS")
        self.fake.settle_batch(reference, ENDS[outcome])

    def trouble(self, kind: ObjectKind, reference: str, trouble: Trouble) -> None:
        self.fake.trouble(trouble, reference, PATHS[kind])

    def open_chargeback(self, payment: ProviderPayment) -> str:
        return self.fake.open_dispute(payment.id)

    def close_chargeback(self, chargeback_id: str, outcome: ChargebackOutcome) -> None:
        won = outcome is ChargebackOutcome.WON
        self.fake.close_dispute(
            chargeback_id, "RESOLVED_SELLER_FAVOUR" if won else "RESOLVED_BUYER_FAVOUR"
        )

    def event(self, kind: ObjectKind, object_id: str) -> bytes:
        event_type, resource = EVENTS[kind]
        return self.fake.event(event_type, {resource: object_id})

    def sign(self, body: bytes, secret: str, at: datetime) -> Mapping[str, str]:
        headers = self.fake.headers(body, at, "new" if secret == "stranger" else secret)
        if secret == "stranger":
            # Under PayPal's certificate, by a key that is not its own.
            url = headers["PAYPAL-CERT-URL"]
            headers = Signer("stranger", authority="another root").headers(body, at, url)
        return headers


EVENTS: dict[ObjectKind, tuple[str, str]] = {
    ObjectKind.PAYMENT: ("CHECKOUT.ORDER.APPROVED", "id"),
    ObjectKind.REFUND: ("PAYMENT.REFUND.PENDING", "id"),
    ObjectKind.PAYOUT: ("PAYMENT.PAYOUTS-ITEM.SUCCEEDED", "payout_batch_id"),
    ObjectKind.CHARGEBACK: ("CUSTOMER.DISPUTE.CREATED", "dispute_id"),
}


@pytest.fixture
def paypal() -> Iterator[PayPalServer]:
    fake = PayPalServer()
    with fake.running():
        yield fake


class TestPayPal(ProviderContract):
    @pytest.fixture
    def harness(self, paypal: PayPalServer) -> PayPalHarness:
        return PayPalHarness(paypal)
