"""What every provider must do: the same tests for each, and for the fake of the other tests.

A further provider joins by a harness: how a buyer pays with it, and how its objects settle.
"""

from collections.abc import Iterator
from typing import Protocol

import pytest

from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.providers.protocol import (
    Destination,
    NewPayment,
    NewPayout,
    NewRefund,
    ObjectMissing,
    PaymentOutcome,
    PaymentProvider,
    PayoutOutcome,
    ProviderError,
    ProviderPayment,
    RefundOutcome,
)
from marketplace.payments.providers.sandbox import SandboxProvider
from marketplace.payments.tests.factories import IBAN
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.providers.sandbox_server import (
    API_KEY,
    WEBHOOK_SECRET,
    RunningSandbox,
    wait_for,
)

AMOUNT = Money(12_345, "EUR")


class Harness(Protocol):
    provider: PaymentProvider

    def press(self, payment: ProviderPayment, outcome: PaymentOutcome) -> None: ...
    def settle_refund(self, reference: str) -> None: ...
    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> None: ...
    def will_settle(self, reference: str, outcome: PayoutOutcome) -> None: ...


class FakeHarness:
    def __init__(self) -> None:
        self.fake = FakeProvider()
        self.provider: PaymentProvider = self.fake

    def press(self, payment: ProviderPayment, outcome: PaymentOutcome) -> None:
        self.fake.settle_payment(payment.reference, outcome)

    def settle_refund(self, reference: str) -> None:
        self.fake.settle_refund(reference, RefundOutcome.SUCCEEDED)

    def will_settle(self, reference: str, outcome: PayoutOutcome) -> None:
        pass

    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> None:
        self.fake.settle_payout(reference, outcome)


class SandboxHarness:
    ACTIONS = {PayoutOutcome.FAILED: "fail", PayoutOutcome.RETURNED: "return"}

    def __init__(self, running: RunningSandbox) -> None:
        self.running = running
        self.provider: PaymentProvider = SandboxProvider(
            base_url=running.url,
            api_key=API_KEY,
            webhook_secrets=[WEBHOOK_SECRET],
            holding_limit_days=90,
            timeout_seconds=5,
        )

    def press(self, payment: ProviderPayment, outcome: PaymentOutcome) -> None:
        captured = outcome is PaymentOutcome.CAPTURED
        self.running.press(payment.id, "pay" if captured else "decline")

    def settle_refund(self, reference: str) -> None:
        """The sandbox settles by itself, soon."""

    def will_settle(self, reference: str, outcome: PayoutOutcome) -> None:
        if action := self.ACTIONS.get(outcome):
            self.running.order("payouts", action, reference)

    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> None:
        """The same."""


@pytest.fixture(params=["fake", "sandbox"])
def harness(request: pytest.FixtureRequest) -> Iterator[Harness]:
    if request.param == "fake":
        yield FakeHarness()
    else:
        yield SandboxHarness(request.getfixturevalue("sandbox"))


def new_payment(reference: str = "") -> NewPayment:
    return NewPayment(
        reference=reference or str(new_id()),
        amount=AMOUNT,
        description="An order",
        return_url="http://shop.test/back",
        metadata={"order_id": "7"},
    )


def captured(harness: Harness) -> ProviderPayment:
    payment = harness.provider.create_payment(new_payment())
    harness.press(payment, PaymentOutcome.CAPTURED)
    return payment


def to_bank(reference: str, amount: Money = Money(100, "EUR")) -> NewPayout:  # noqa: B008
    return NewPayout(reference, amount, Destination("Linden Seller", "IBAN", IBAN))


def test_a_payment_sends_the_buyer_to_a_page(harness: Harness) -> None:
    new = new_payment()
    payment = harness.provider.create_payment(new)
    assert (payment.outcome, payment.amount) == (PaymentOutcome.OPEN, AMOUNT)
    assert payment.reference == new.reference
    assert payment.redirect_url.startswith("http")
    assert harness.provider.fetch_payment(payment.id) == payment


def test_the_same_reference_is_the_same_payment(harness: Harness) -> None:
    new = new_payment()
    assert harness.provider.create_payment(new).id == harness.provider.create_payment(new).id


def test_a_payment_is_found_by_reference(harness: Harness) -> None:
    payment = harness.provider.create_payment(new_payment())
    assert harness.provider.find_payment(payment.reference) == payment
    assert harness.provider.find_payment(str(new_id())) is None


@pytest.mark.parametrize("outcome", [PaymentOutcome.CAPTURED, PaymentOutcome.DECLINED])
def test_what_the_buyer_does_can_be_asked(harness: Harness, outcome: PaymentOutcome) -> None:
    payment = harness.provider.create_payment(new_payment())
    harness.press(payment, outcome)
    fetched = harness.provider.fetch_payment(payment.id)
    assert (fetched.outcome, fetched.amount) == (outcome, AMOUNT)


def test_what_is_not_there_is_missing(harness: Harness) -> None:
    for ask in (
        harness.provider.fetch_payment,
        harness.provider.fetch_refund,
        harness.provider.fetch_payout,
    ):
        with pytest.raises(ObjectMissing):
            ask("nothing_1")


def test_a_refund_succeeds_once_per_reference(harness: Harness) -> None:
    payment = captured(harness)
    new = NewRefund(str(new_id()), payment.id, AMOUNT)
    refund = harness.provider.refund(new)
    assert harness.provider.refund(new).id == refund.id
    harness.settle_refund(new.reference)
    settled = wait_for(
        lambda: next(
            (
                found
                for found in [harness.provider.fetch_refund(refund.id)]
                if found.outcome is RefundOutcome.SUCCEEDED
            ),
            None,
        )
    )
    assert settled is not None
    assert settled.amount == AMOUNT
    assert harness.provider.find_refund(new.reference) == settled
    assert harness.provider.find_refund(str(new_id())) is None


def test_more_than_was_captured_is_not_refunded(harness: Harness) -> None:
    payment = captured(harness)
    too_much = NewRefund(str(new_id()), payment.id, AMOUNT + Money(1, "EUR"))
    with pytest.raises(ProviderError):
        harness.provider.refund(too_much)
    assert harness.provider.find_refund(too_much.reference) is None


@pytest.mark.parametrize(
    "outcome", [PayoutOutcome.PAID, PayoutOutcome.FAILED, PayoutOutcome.RETURNED]
)
def test_a_payout_ends_as_the_bank_decides(harness: Harness, outcome: PayoutOutcome) -> None:
    captured(harness)
    new = to_bank(str(new_id()))
    harness.will_settle(new.reference, outcome)
    payout = harness.provider.pay_out(new)
    assert harness.provider.pay_out(new).id == payout.id
    harness.settle_payout(new.reference, outcome)
    assert wait_for(lambda: harness.provider.fetch_payout(payout.id).outcome is outcome)
    found = harness.provider.find_payout(new.reference)
    assert found is not None
    assert found.id == payout.id
    assert harness.provider.find_payout(str(new_id())) is None


def test_the_balance_report_counts_what_came_and_went(harness: Harness) -> None:
    def euros() -> int:
        report = harness.provider.read_balances()
        return sum(money.amount_minor for money in report if money.currency == "EUR")

    before = euros()
    captured(harness)
    assert wait_for(lambda: euros() == before + AMOUNT.amount_minor)
