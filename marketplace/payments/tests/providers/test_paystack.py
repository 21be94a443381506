"""The Paystack adapter: lost pages, refunds without a key, payouts by bank code."""

import json
import logging
from dataclasses import replace

import pytest

from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.providers import paystack_questions
from marketplace.payments.providers.protocol import (
    Destination,
    NewPayout,
    NewRefund,
    ObjectKind,
    ObjectMissing,
    PaymentOutcome,
    PayoutOutcome,
    ProviderDeclined,
    ProviderRejected,
    ProviderUnknown,
    RefundOutcome,
    ReportUnavailable,
)
from marketplace.payments.tests.providers.contract import Trouble, captured, new_payment
from marketplace.payments.tests.providers.paystack_server import PaystackServer
from marketplace.payments.tests.providers.test_contract_paystack import PaystackHarness

CANARY = "4084084084084081"


@pytest.fixture
def harness(paystack_server: PaystackServer) -> PaystackHarness:
    return PaystackHarness(paystack_server)


class TestPages:
    def lost(self, harness: PaystackHarness) -> str:
        """A payment whose first page nobody knows the address of."""
        new = new_payment(harness.amount)
        harness.trouble(ObjectKind.PAYMENT, new.reference, Trouble.DROP)
        with pytest.raises(ProviderUnknown):
            harness.provider.create_payment(new)
        again = harness.provider.create_payment(new)
        assert again.id == new.reference
        assert again.redirect_url
        return new.reference

    def test_a_lost_page_is_given_up_for_the_next(self, harness: PaystackHarness) -> None:
        reference = self.lost(harness)
        harness.server.pay(f"{reference}-2")
        for asked in (reference, f"{reference}-2"):
            paid = harness.provider.fetch_payment(asked)
            assert (paid.id, paid.reference) == (reference, reference)
            assert paid.outcome is PaymentOutcome.CAPTURED
            assert paid.fee == Money(18_517, "NGN")
        refund = harness.provider.refund(NewRefund(str(new_id()), reference, harness.amount))
        assert refund.amount == harness.amount

    def test_what_is_paid_a_second_time_belongs_to_no_attempt(
        self, harness: PaystackHarness
    ) -> None:
        """It goes to suspense, for an operator: never to the order a second time."""
        reference = self.lost(harness)
        harness.server.pay(reference)
        harness.server.pay(f"{reference}-2")
        assert harness.provider.fetch_payment(reference).reference == reference
        assert harness.provider.fetch_payment(f"{reference}-2").reference == f"{reference}-2"

    def test_another_amount_under_the_same_reference_is_refused(
        self, harness: PaystackHarness
    ) -> None:
        new = new_payment(harness.amount)
        harness.provider.create_payment(new)
        with pytest.raises(ProviderRejected):
            harness.provider.create_payment(replace(new, amount=harness.amount * 2))

    def test_pages_without_end_are_unknown(self, harness: PaystackHarness) -> None:
        new = new_payment(harness.amount)
        for _ in range(paystack_questions.MAX_PAGES_OF_A_PAYMENT):
            harness.provider.create_payment(new)
        with pytest.raises(ProviderUnknown):
            harness.provider.create_payment(new)

    @pytest.mark.parametrize("amount", [Money(1_000, "EUR"), Money(1_000, "JPY")])
    def test_a_currency_that_it_does_not_collect_is_refused(
        self, harness: PaystackHarness, amount: Money
    ) -> None:
        with pytest.raises(ProviderRejected):
            harness.provider.create_payment(new_payment(amount))

    def test_the_buyers_address_is_not_sent(self, harness: PaystackHarness) -> None:
        harness.provider.create_payment(new_payment(harness.amount))
        assert harness.server.asked[-1].json["email"] == "receipts@market.example"


class TestRefunds:
    def test_a_refund_is_looked_for_before_it_is_made(self, harness: PaystackHarness) -> None:
        """It has no key and no reference at Paystack: the guard is ours."""
        payment = captured(harness)
        new = NewRefund(str(new_id()), payment.id, Money(100, "NGN"))
        harness.trouble(ObjectKind.REFUND, new.reference, Trouble.TIMEOUT)
        with pytest.raises(ProviderUnknown):
            harness.adapter(timeout_seconds=0.3).refund(new)
        made = harness.provider.refund(new)
        assert harness.provider.refund(new) == made
        notes = [refund["merchant_note"] for refund in harness.server.refunds.values()]
        assert notes.count(new.reference) == 1
        with pytest.raises(ProviderRejected):
            harness.provider.refund(replace(new, amount=Money(200, "NGN")))

    def test_one_that_needs_attention_is_open_and_says_so(self, harness: PaystackHarness) -> None:
        payment = captured(harness)
        refund = harness.provider.refund(NewRefund(str(new_id()), payment.id, harness.amount))
        harness.server.settle_refund(refund.reference, "needs-attention")
        seen = harness.provider.fetch_refund(refund.id)
        assert (seen.outcome, seen.failure_code) == (RefundOutcome.OPEN, "needs-attention")

    def test_a_payment_that_was_refunded_is_still_one_that_came(
        self, harness: PaystackHarness
    ) -> None:
        payment = captured(harness)
        harness.provider.refund(NewRefund(str(new_id()), payment.id, harness.amount))
        assert harness.server.transactions[payment.id]["status"] == "reversed"
        assert harness.provider.fetch_payment(payment.id).outcome is PaymentOutcome.CAPTURED

    def test_too_many_to_look_through_are_not_none(
        self, harness: PaystackHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(paystack_questions, "PAGE", 1)
        monkeypatch.setattr(paystack_questions, "MAX_LOOKED_AT", 1)
        reference, payment = str(new_id()), captured(harness)
        harness.provider.refund(NewRefund(str(new_id()), payment.id, harness.amount))
        with pytest.raises(ProviderUnknown):
            harness.provider.find_refund(reference)


class TestPayouts:
    @pytest.mark.parametrize(
        "destination",
        [
            Destination("L", "IBAN", "DE89370400440532013000"),
            Destination("L", "ACCOUNT_NUMBER", "0123456047"),
            Destination("L", "PAYPAL", "linden@example.test"),
        ],
    )
    def test_what_is_no_local_account_is_refused_before_anything_is_sent(
        self, harness: PaystackHarness, destination: Destination
    ) -> None:
        asked = len(harness.server.asked)
        with pytest.raises(ProviderRejected):
            harness.provider.pay_out(NewPayout(str(new_id()), Money(100, "NGN"), destination))
        assert len(harness.server.asked) == asked

    def test_an_unknown_bank_and_an_empty_balance_are_definite(
        self, harness: PaystackHarness
    ) -> None:
        new = NewPayout(str(new_id()), Money(10**12, "NGN"), harness.destination)
        with pytest.raises(ProviderDeclined):
            harness.provider.pay_out(new)
        elsewhere = replace(harness.destination, bank_code="999")
        with pytest.raises(ProviderRejected):
            harness.provider.pay_out(replace(new, destination=elsewhere))
        with pytest.raises(ObjectMissing):
            harness.provider.fetch_payout(new.reference)

    def test_another_amount_under_the_same_reference_is_refused(
        self, harness: PaystackHarness
    ) -> None:
        captured(harness)
        new = NewPayout(str(new_id()), Money(100, "NGN"), harness.destination)
        harness.provider.pay_out(new)
        with pytest.raises(ProviderRejected):
            harness.provider.pay_out(replace(new, amount=Money(200, "NGN")))

    def test_one_that_waits_for_a_password_is_open_and_says_so(
        self, harness: PaystackHarness
    ) -> None:
        captured(harness)
        new = NewPayout(str(new_id()), Money(100, "NGN"), harness.destination)
        harness.provider.pay_out(new)
        harness.server.transfers[new.reference]["status"] = "otp"
        seen = harness.provider.fetch_payout(new.reference)
        assert (seen.outcome, seen.failure_code) == (PayoutOutcome.OPEN, "otp")


class TestEvents:
    def test_the_same_body_is_the_same_event_and_another_is_another(
        self, harness: PaystackHarness
    ) -> None:
        body = harness.event(ObjectKind.PAYMENT, "ref")
        first = harness.provider.parse_webhook(body)
        assert harness.provider.parse_webhook(body).event_id == first.event_id
        assert harness.provider.parse_webhook(body + b" ").event_id != first.event_id

    def test_a_refund_event_that_names_no_refund_is_left_to_the_job_that_asks(
        self, harness: PaystackHarness
    ) -> None:
        data = {"transaction_reference": "T1", "amount": "100", "status": "processed"}
        body = json.dumps({"event": "refund.processed", "data": data}).encode()
        assert harness.provider.parse_webhook(body).kind is ObjectKind.OTHER

    def test_numbers_are_names_too(self, harness: PaystackHarness) -> None:
        body = b'{"event":"charge.dispute.create","data":{"id":2867}}'
        assert harness.provider.parse_webhook(body).object_id == "2867"


def test_there_is_no_report_to_ask_for(harness: PaystackHarness) -> None:
    with pytest.raises(ReportUnavailable):
        harness.provider.read_report("")


def test_no_key_nor_account_number_reaches_a_log_or_an_error(
    harness: PaystackHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """assurance 21: canaries in what is sent and in what a provider answers."""
    caplog.set_level(logging.DEBUG)
    new = NewPayout(
        str(new_id()), Money(100, "NGN"), replace(harness.destination, number=CANARY, bank_code="9")
    )
    with pytest.raises(ProviderRejected) as rejected:
        harness.provider.pay_out(new)
    with pytest.raises(ProviderUnknown) as unknown:
        harness.adapter(key="sk_live_canary12345").create_payment(new_payment(harness.amount))
    for text in (repr(new), str(rejected.value), str(unknown.value), caplog.text):
        assert CANARY not in text
        assert "sk_live" not in text
