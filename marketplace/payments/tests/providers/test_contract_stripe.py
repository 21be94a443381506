"""Stripe's SDK, against localstripe with the rest of Stripe in front, keeps the contract."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from marketplace.core.money import Money
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
from marketplace.payments.providers.stripe import StripeProvider
from marketplace.payments.tests.providers.contract import (
    Harness,
    Lacks,
    ProviderContract,
    Trouble,
)
from marketplace.payments.tests.providers.stripe_server import (
    ACCOUNT,
    API_KEY,
    BAD_CARD,
    GOOD_CARD,
    OTHER_CARD,
    StripeServer,
    sign,
)

EVENTS = {
    ObjectKind.PAYMENT: "checkout.session.completed",
    ObjectKind.REFUND: "refund.updated",
    ObjectKind.PAYOUT: "transfer.reversed",
    ObjectKind.CHARGEBACK: "charge.dispute.closed",
}
PATHS = {
    ObjectKind.PAYMENT: "/v1/checkout/sessions",
    ObjectKind.REFUND: "/v1/refunds",
    ObjectKind.PAYOUT: "/v1/transfers",
}


class StripeHarness(Harness):
    destination = Destination("Linden Seller", "STRIPE_ACCOUNT", ACCOUNT)
    other_amounts = (
        Money(5_000, "JPY"),
        Money(12_340, "KWD"),
        Money(700, "ISK"),
        Money(900, "UGX"),
        Money(30_000, "MGA"),
    )
    lacks = {Lacks.PAYOUT_FAILURES: "a transfer is made at once or refused at once"}

    def __init__(self, server: StripeServer) -> None:
        self.server = server
        self.provider = self.adapter()

    def adapter(self, *, key: str = API_KEY, timeout_seconds: float = 5) -> PaymentProvider:
        return StripeProvider(
            api_key=key,
            webhook_secrets=["old", "new"],
            holding_limit_days=90,
            timeout_seconds=timeout_seconds,
            base_url=self.server.url,
        )

    def press(self, payment: ProviderPayment, outcome: PaymentOutcome) -> None:
        if outcome is PaymentOutcome.CAPTURED:
            self.server.pay(payment.id)
        else:
            self.server.pay(payment.id, BAD_CARD)
            self.server.expire(payment.id)

    def pay_with(self, payment: ProviderPayment, instrument: str) -> None:
        self.server.pay(payment.id, GOOD_CARD if instrument == "first" else OTHER_CARD)

    def will_settle(self, reference: str, outcome: RefundOutcome | PayoutOutcome) -> None:
        if outcome is RefundOutcome.FAILED:
            self.server.fails.add(reference)

    def settle_refund(self, reference: str, outcome: RefundOutcome) -> None:
        if outcome is RefundOutcome.FAILED:
            self.server.fail_refund(reference)

    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> None:
        if outcome is PayoutOutcome.RETURNED:
            self.server.reverse_transfer(reference)

    def trouble(self, kind: ObjectKind, reference: str, trouble: Trouble) -> None:
        self.server.trouble(trouble, reference, PATHS[kind])

    def open_chargeback(self, payment: ProviderPayment) -> str:
        return self.server.open_dispute(payment.id)

    def close_chargeback(self, chargeback_id: str, outcome: ChargebackOutcome) -> None:
        self.server.close_dispute(chargeback_id, outcome.value.lower())

    def event(self, kind: ObjectKind, object_id: str) -> bytes:
        return (
            f'{{"id":"evt_1","type":"{EVENTS[kind]}","data":{{"object":{{"id":"{object_id}"}}}}}}'
        ).encode()

    def sign(self, body: bytes, secret: str, at: datetime) -> Mapping[str, str]:
        return sign(body, secret, int(at.timestamp()))


class TestStripe(ProviderContract):
    @pytest.fixture
    def harness(self, stripe_server: StripeServer) -> StripeHarness:
        return StripeHarness(stripe_server)
