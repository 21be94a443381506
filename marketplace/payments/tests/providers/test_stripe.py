"""The Stripe adapter: keys that are spent, inquiries, what leaves this machine, long reports."""

import json
import logging
import os
from dataclasses import replace

import pytest
import stripe

from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.providers import stripe_report, stripe_sdk
from marketplace.payments.providers.protocol import (
    Destination,
    NewPayout,
    NewRefund,
    ObjectKind,
    ObjectMissing,
    PaymentOutcome,
    ProviderDeclined,
    ProviderRejected,
    ProviderUnknown,
    RefundOutcome,
    ReportKind,
    ReportLine,
    ReportUnavailable,
)
from marketplace.payments.providers.stripe_objects import from_stripe, to_stripe
from marketplace.payments.tests.providers.contract import Trouble, captured, new_payment
from marketplace.payments.tests.providers.stripe_server import ACCOUNT, BAD_CARD, StripeServer
from marketplace.payments.tests.providers.test_contract_stripe import StripeHarness

CANARY = "DE89370400440532013000"


@pytest.fixture
def harness(stripe_server: StripeServer) -> StripeHarness:
    return StripeHarness(stripe_server)


class TestKeys:
    def test_a_repeated_failure_gets_a_fresh_key_after_asking(self, harness: StripeHarness) -> None:
        """Stripe replays even a 500 for as long as it keeps the key."""
        new = new_payment(harness.amount)
        server = harness.server
        server.fail_without_acting(new.reference)
        with pytest.raises(ProviderUnknown):
            harness.provider.create_payment(new)
        made = harness.provider.create_payment(new)
        assert made.reference == new.reference
        keys = [asked.headers.get("Idempotency-Key") for asked in server.asked]
        assert f"{new.reference}:2" in keys
        assert harness.provider.create_payment(new).id == made.id

    def test_a_forgotten_key_is_no_danger_because_it_is_asked_for(
        self, harness: StripeHarness
    ) -> None:
        first = harness.provider.create_payment(new_payment(harness.amount))
        harness.server.forget_key(first.reference)
        assert harness.provider.find_payment(first.reference) == first

    def test_changed_parameters_are_refused_and_the_first_object_stays(
        self, harness: StripeHarness
    ) -> None:
        payment = captured(harness)
        new = NewRefund(str(new_id()), payment.id, Money(100, "EUR"))
        harness.provider.refund(new)
        with pytest.raises(ProviderRejected):
            harness.provider.refund(replace(new, amount=Money(200, "EUR")))
        found = harness.provider.find_refund(new.reference)
        assert found is not None
        assert found.amount == Money(100, "EUR")

    def test_a_change_of_words_alone_gives_the_first_object(self, harness: StripeHarness) -> None:
        """A new version of ours describes an order otherwise: that is no second payment."""
        new = new_payment(harness.amount)
        first = harness.provider.create_payment(new)
        assert harness.provider.create_payment(replace(new, description="Other words")) == first


class TestPayments:
    def test_a_declined_card_leaves_the_page_open_for_another(self, harness: StripeHarness) -> None:
        payment = harness.provider.create_payment(new_payment(harness.amount))
        harness.server.pay(payment.id, BAD_CARD)
        assert harness.provider.fetch_payment(payment.id).outcome is PaymentOutcome.OPEN
        harness.server.pay(payment.id)
        paid = harness.provider.fetch_payment(payment.id)
        assert paid.outcome is PaymentOutcome.CAPTURED
        assert paid.fee == Money(100, "EUR")

    def test_an_old_payment_is_found_by_its_charge(self, harness: StripeHarness) -> None:
        payment = captured(harness)
        harness.server.sessions[payment.id]["created"] -= 40 * 86_400
        assert harness.provider.find_payment(payment.reference) == payment

    def test_a_refund_in_another_currency_is_refused_before_it_is_sent(
        self, harness: StripeHarness
    ) -> None:
        payment = captured(harness)
        with pytest.raises(ProviderRejected):
            harness.provider.refund(NewRefund(str(new_id()), payment.id, Money(100, "USD")))

    def test_what_was_not_captured_is_not_refunded(self, harness: StripeHarness) -> None:
        payment = harness.provider.create_payment(new_payment(harness.amount))
        for payment_id in (payment.id, "cs_test_nothing"):
            with pytest.raises(ProviderRejected):
                harness.provider.refund(NewRefund(str(new_id()), payment_id, harness.amount))


class TestPayouts:
    @pytest.mark.parametrize("kind", ["IBAN", "ACCOUNT_NUMBER", "PAYPAL"])
    def test_a_bank_account_is_refused_before_anything_is_sent(
        self, harness: StripeHarness, kind: str
    ) -> None:
        asked = len(harness.server.asked)
        new = NewPayout(str(new_id()), Money(100, "EUR"), Destination("L", kind, CANARY))
        with pytest.raises(ProviderRejected) as caught:
            harness.provider.pay_out(new)
        assert caught.value.code == "destination_not_supported"
        assert len(harness.server.asked) == asked

    def test_a_stranger_account_and_an_empty_balance_are_definite(
        self, harness: StripeHarness
    ) -> None:
        captured(harness)
        to_nobody = Destination("L", "STRIPE_ACCOUNT", "acct_nobody")
        with pytest.raises(ProviderRejected):
            harness.provider.pay_out(NewPayout(str(new_id()), Money(100, "EUR"), to_nobody))
        with pytest.raises(ProviderDeclined):
            harness.provider.pay_out(
                NewPayout(
                    str(new_id()),
                    Money(10**11, "EUR"),
                    Destination("L", "STRIPE_ACCOUNT", ACCOUNT),
                )
            )


def test_an_inquiry_is_not_yet_a_chargeback(harness: StripeHarness) -> None:
    payment = captured(harness)
    dispute_id = harness.server.open_dispute(payment.id, "warning_needs_response")
    with pytest.raises(ObjectMissing):
        harness.provider.fetch_chargeback(dispute_id)


@pytest.mark.parametrize(
    ("money", "theirs"),
    [
        (Money(1, "EUR"), 1),
        (Money(500, "JPY"), 500),
        (Money(1_230, "KWD"), 1_230),
        (Money(7, "ISK"), 700),
        (Money(7, "UGX"), 700),
        (Money(700, "MGA"), 7),
    ],
)
def test_stripes_smallest_unit_is_not_always_isos(money: Money, theirs: int) -> None:
    assert to_stripe(money) == theirs
    assert from_stripe(theirs, money.currency.lower()) == money


@pytest.mark.parametrize("money", [Money(1_234, "KWD"), Money(701, "MGA")])
def test_a_fraction_that_stripe_does_not_have_is_refused(money: Money) -> None:
    with pytest.raises(ProviderRejected):
        to_stripe(money)


class TestReports:
    @pytest.fixture
    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stripe_report, "PAGE", 3)

    @pytest.mark.usefixtures("small_pages")
    def test_a_long_report_is_read_once_and_in_order(self, harness: StripeHarness) -> None:
        captured(harness)
        payment = captured(harness)
        new = NewRefund(str(new_id()), payment.id, harness.amount)
        harness.server.fails.add(new.reference)
        refund = harness.provider.refund(new)
        harness.server.fail_refund(new.reference)
        assert harness.provider.fetch_refund(refund.id).outcome is RefundOutcome.FAILED
        harness.server.open_dispute(payment.id)
        lines: list[ReportLine] = []
        after, has_more = "", True
        while has_more:
            page = harness.provider.read_report(after)
            lines += page.lines
            after, has_more = page.next_after, page.has_more
        movements = [line.id for line in lines if not line.id.endswith(":fee")]
        assert movements == [line["id"] for line in harness.server.lines]
        assert [line.kind for line in lines[-4:]] == [
            ReportKind.REFUND,
            ReportKind.REFUND_RETURN,
            ReportKind.CHARGEBACK,
            ReportKind.CHARGEBACK_FEE,
        ]
        totals: dict[str, int] = {}
        for line in lines:
            code = line.amount.currency
            totals[code] = totals.get(code, 0) + line.amount.amount_minor
        balances = {b.currency: b.amount_minor for b in harness.provider.read_balances()}
        assert totals == balances, "the lines add up to the balance"

    def test_too_long_a_past_is_said_to_be_unreadable(
        self, harness: StripeHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        captured(harness)
        captured(harness)
        monkeypatch.setattr(stripe_sdk, "MAX_LOOKED_AT", 1)
        with pytest.raises(ReportUnavailable):
            harness.provider.read_report("")

    def test_too_many_refunds_to_look_through_are_not_none(
        self, harness: StripeHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reference = str(new_id())
        payment = captured(harness)
        for _ in range(2):
            harness.provider.refund(NewRefund(str(new_id()), payment.id, Money(1, "EUR")))
        monkeypatch.setattr(stripe_sdk, "MAX_LOOKED_AT", 1)
        with pytest.raises(ProviderUnknown):
            harness.provider.find_refund(reference)


def test_nothing_about_this_machine_is_sent_and_the_version_is_pinned(
    harness: StripeHarness,
) -> None:
    captured(harness)
    asked = harness.server.asked[-1]
    assert stripe.enable_telemetry is False
    assert asked.headers["Stripe-Version"] == "2026-10-28.endive"
    assert "X-Stripe-Client-Telemetry" not in asked.headers
    about = json.loads(asked.headers["X-Stripe-Client-User-Agent"])
    assert "uname" not in about
    assert "platform" not in about
    assert os.uname().nodename not in str(asked.headers)


def test_no_key_nor_account_number_reaches_a_log_or_an_error(
    harness: StripeHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """assurance 21: canaries in what is sent and in what a provider answers."""
    caplog.set_level(logging.DEBUG)
    for name in ("stripe", "httpx", "httpcore"):
        logging.getLogger(name).propagate = True
    new = replace(new_payment(harness.amount), description=f"Order for {CANARY}")
    harness.server.trouble(Trouble.ERROR, new.reference)
    messages = []
    for provider in (harness.provider, harness.adapter(key="sk_live_canary12345")):
        with pytest.raises(ProviderUnknown) as caught:
            provider.create_payment(new)
        messages.append(f"{caught.value!r} {caught.value.__cause__!r}")
    to_nobody = Destination("L", "STRIPE_ACCOUNT", f"acct_{CANARY}")
    with pytest.raises(ProviderRejected) as rejected:
        harness.provider.pay_out(NewPayout(str(new_id()), Money(100, "EUR"), to_nobody))
    messages.append(str(rejected.value))
    for text in (*messages, caplog.text):
        assert CANARY not in text
        assert "sk_live" not in text


def test_an_event_of_another_kind_is_read_and_means_nothing(harness: StripeHarness) -> None:
    body = b'{"id":"evt_1","type":"payout.paid","data":{"object":{"id":"po_1"}}}'
    assert harness.provider.parse_webhook(body).kind is ObjectKind.OTHER
