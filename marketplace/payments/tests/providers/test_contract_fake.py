"""The fake of the other tests keeps the contract too, as far as it goes."""

import pytest

from marketplace.core.money import Money
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    PaymentOutcome,
    PayoutOutcome,
    ProviderPayment,
    RefundOutcome,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.providers.contract import Harness, Lacks, ProviderContract


class FakeHarness(Harness):
    lacks = {
        Lacks.TROUBLES: "it is no server; the commands' tests lose its answers",
        Lacks.KEYS: "it is no server",
        Lacks.SIGNATURES: "its webhooks are three words",
        Lacks.REPORTS: "its report is written by the test",
    }

    def __init__(self) -> None:
        self.fake = FakeProvider()
        self.provider = self.fake

    def press(self, payment: ProviderPayment, outcome: PaymentOutcome) -> None:
        self.fake.settle_payment(payment.reference, outcome)

    def pay_with(self, payment: ProviderPayment, instrument: str) -> None:
        self.fake.settle_payment(
            payment.reference, PaymentOutcome.CAPTURED, instrument=f"card_{instrument}"
        )

    def settle_refund(self, reference: str, outcome: RefundOutcome) -> None:
        self.fake.settle_refund(reference, outcome)

    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> None:
        self.fake.settle_payout(reference, outcome)

    def open_chargeback(self, payment: ProviderPayment) -> str:
        return self.fake.open_chargeback(payment.id, payment.amount, Money(1_500, "EUR"))

    def close_chargeback(self, chargeback_id: str, outcome: ChargebackOutcome) -> None:
        self.fake.close_chargeback(chargeback_id, outcome)


class TestFake(ProviderContract):
    @pytest.fixture
    def harness(self) -> FakeHarness:
        return FakeHarness()
