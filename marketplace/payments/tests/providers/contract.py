"""What every provider must do: one suite for all adapters, and for the fake of the other tests.

A provider joins by a :class:`Harness` (how a buyer pays with it, how its objects settle, how its
connection fails) and a class that inherits :class:`ProviderContract` and gives a ``harness``. What
a provider really has no word for is named, with the reason, in ``Harness.lacks``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from django.db import transaction

from marketplace.core import clock
from marketplace.core.db import TransactionNested
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.providers.protocol import (
    BadSignature,
    BadWebhook,
    ChargebackOutcome,
    Destination,
    NewPayment,
    NewPayout,
    NewRefund,
    ObjectKind,
    ObjectMissing,
    PaymentOutcome,
    PaymentProvider,
    PayoutOutcome,
    ProviderDeclined,
    ProviderError,
    ProviderPayment,
    ProviderRefund,
    ProviderRejected,
    ProviderUnknown,
    RefundOutcome,
    ReportKind,
    ReportLine,
)
from marketplace.payments.tests.factories import IBAN
from marketplace.payments.tests.providers.waiting import wait_for

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHORT_SECONDS = 0.5
IMPATIENT = 0.5


class Trouble(StrEnum):
    """What goes wrong with the next request. All but UNAVAILABLE act before they fail."""

    TIMEOUT = "timeout"
    DROP = "drop"
    ERROR = "error"
    BROKEN = "broken"
    UNAVAILABLE = "unavailable"


ACTED = (Trouble.TIMEOUT, Trouble.DROP, Trouble.ERROR, Trouble.BROKEN)


class Lacks(StrEnum):
    """What a provider may have no word for."""

    OTHER_CURRENCIES = "other currencies"
    DECLINES = "declines"
    REFUND_FAILURES = "refund failures"
    PAYOUTS = "payouts"
    PAYOUT_FAILURES = "payout failures"
    PAYOUT_RETURNS = "payout returns"
    TROUBLES = "troubles"
    KEYS = "keys"
    CHARGEBACKS = "chargebacks"
    REPORTS = "reports"
    SIGNATURES = "signatures"
    FETCHING_UNPAID = "asking about what nobody has paid yet"
    FINDING_UNPAID = "finding by reference what nobody has paid yet"
    UNIQUE_PAYMENTS = "refusing another payment under a known reference"
    FINDING_PAYOUTS = "finding payouts by reference"
    INSTRUMENTS = "a name for the card or account that paid"
    TIMESTAMPS = "timestamps in signatures"
    INTEGRITY = "signatures over the body"


class Harness:
    """One provider as the suite drives it. Overridden where the provider differs."""

    provider: PaymentProvider
    amount = Money(12_345, "EUR")
    other_amounts: Sequence[Money] = (Money(5_000, "JPY"), Money(12_340, "KWD"))
    """Without decimals and with three, where the provider takes such currencies."""
    destination = Destination("Linden Seller", "IBAN", IBAN)
    lacks: Mapping[Lacks, str] = {}
    """What it cannot do, and why."""

    def can(self, capability: Lacks) -> bool:
        return capability not in self.lacks

    def adapter(self, *, key: str = "", timeout_seconds: float = 5) -> PaymentProvider:
        """The same account through a second adapter, perhaps with another key or less patience."""
        raise NotImplementedError

    def press(self, payment: ProviderPayment, outcome: PaymentOutcome) -> None:
        """What the buyer does on the provider's page."""
        raise NotImplementedError

    def pay_with(self, payment: ProviderPayment, instrument: str) -> None:
        """The buyer pays with the ``"first"`` or the ``"second"`` of two cards or accounts."""
        raise NotImplementedError

    def will_settle(self, reference: str, outcome: RefundOutcome | PayoutOutcome) -> None:
        """Said before the refund or payout is made, to a provider that settles by itself."""

    def settle_refund(self, reference: str, outcome: RefundOutcome) -> None:
        """Said afterwards, to a provider that waits for it."""

    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> None:
        """The same for a payout. RETURNED is said after it was paid."""

    def trouble(self, kind: ObjectKind, reference: str, trouble: Trouble) -> None:
        """The next request that makes this object goes wrong."""
        raise NotImplementedError

    def open_chargeback(self, payment: ProviderPayment) -> str:
        """The payer's bank asks for the whole amount; the id to fetch it by."""
        raise NotImplementedError

    def close_chargeback(self, chargeback_id: str, outcome: ChargebackOutcome) -> None:
        raise NotImplementedError

    def event(self, kind: ObjectKind, object_id: str) -> bytes:
        """The body of a webhook about this object."""
        raise NotImplementedError

    def sign(self, body: bytes, secret: str, at: datetime) -> Mapping[str, str]:
        """Its headers, signed with the ``"old"``, the ``"new"`` or a ``"stranger"``'s secret."""
        raise NotImplementedError


def new_payment(amount: Money, reference: str = "") -> NewPayment:
    return NewPayment(
        reference=reference or str(new_id()),
        amount=amount,
        description="An order",
        return_url="https://shop.test/back",
        metadata={"order_id": "7"},
    )


class ProviderContract:
    """Inherit it in a class whose name begins with Test, with a fixture ``harness``."""

    @pytest.fixture(autouse=True)
    def _may_lack(self, request: pytest.FixtureRequest, harness: Harness) -> None:
        for mark in request.node.iter_markers("requires"):
            for capability in mark.args:
                if reason := harness.lacks.get(capability):
                    pytest.skip(f"no {capability}: {reason}")

    # --- paying

    def test_a_payment_sends_the_buyer_to_a_page(self, harness: Harness) -> None:
        new = new_payment(harness.amount)
        payment = harness.provider.create_payment(new)
        assert (payment.outcome, payment.amount) == (PaymentOutcome.OPEN, harness.amount)
        assert payment.reference == new.reference
        assert payment.redirect_url.startswith("http")
        if harness.can(Lacks.FETCHING_UNPAID):
            assert harness.provider.fetch_payment(payment.id) == payment

    def test_the_same_reference_is_the_same_payment(self, harness: Harness) -> None:
        new = new_payment(harness.amount)
        assert harness.provider.create_payment(new).id == harness.provider.create_payment(new).id

    @pytest.mark.requires(Lacks.UNIQUE_PAYMENTS)
    def test_the_same_reference_never_makes_a_second_payment(self, harness: Harness) -> None:
        new = new_payment(harness.amount)
        first = harness.provider.create_payment(new)
        other = replace(new, amount=harness.amount * 2)
        try:
            again = harness.provider.create_payment(other)
        except ProviderError:
            pass
        else:
            assert (again.id, again.amount) == (first.id, first.amount)
        if not harness.can(Lacks.FINDING_UNPAID):
            return
        found = harness.provider.find_payment(new.reference)
        assert found is not None
        assert (found.id, found.amount) == (first.id, harness.amount)

    @pytest.mark.requires(Lacks.FINDING_UNPAID)
    def test_a_payment_is_found_by_reference(self, harness: Harness) -> None:
        payment = harness.provider.create_payment(new_payment(harness.amount))
        assert harness.provider.find_payment(payment.reference) == payment
        assert harness.provider.find_payment(str(new_id())) is None

    def test_what_the_buyer_paid_is_seen(self, harness: Harness) -> None:
        payment = captured(harness)
        assert (payment.outcome, payment.amount) == (PaymentOutcome.CAPTURED, harness.amount)
        assert payment.fee is None or payment.fee.currency == harness.amount.currency
        assert harness.provider.find_payment(payment.reference) == payment

    @pytest.mark.requires(Lacks.DECLINES)
    def test_a_decline_is_seen(self, harness: Harness) -> None:
        payment = harness.provider.create_payment(new_payment(harness.amount))
        harness.press(payment, PaymentOutcome.DECLINED)
        fetched = harness.provider.fetch_payment(payment.id)
        assert (fetched.outcome, fetched.amount) == (PaymentOutcome.DECLINED, harness.amount)

    @pytest.mark.requires(Lacks.INSTRUMENTS)
    def test_what_paid_has_one_name_whoever_it_paid_for(self, harness: Harness) -> None:
        def paid_with(instrument: str) -> str:
            payment = harness.provider.create_payment(new_payment(harness.amount))
            assert payment.instrument == ""
            harness.pay_with(payment, instrument)
            fetched = harness.provider.fetch_payment(payment.id)
            assert fetched.instrument not in repr(fetched)
            return fetched.instrument

        first, second, again = (paid_with(name) for name in ("first", "second", "first"))
        assert first == again
        assert second not in (first, "")

    @pytest.mark.requires(Lacks.OTHER_CURRENCIES)
    def test_currencies_without_decimals_and_with_three_keep_their_amount(
        self, harness: Harness
    ) -> None:
        assert harness.other_amounts
        for amount in harness.other_amounts:
            payment = captured(harness, amount)
            assert payment.amount == amount
            refund = harness.provider.refund(NewRefund(str(new_id()), payment.id, amount))
            assert refund.amount == amount

    def test_what_is_not_there_is_missing(self, harness: Harness) -> None:
        provider = harness.provider
        for ask in (provider.fetch_payment, provider.fetch_refund):
            with pytest.raises(ObjectMissing):
                ask("nothing_1")

    # --- refunds

    def test_a_refund_succeeds_once_per_reference(self, harness: Harness) -> None:
        payment = captured(harness)
        new = NewRefund(str(new_id()), payment.id, harness.amount)
        refund = harness.provider.refund(new)
        assert refund.reference == new.reference
        assert harness.provider.refund(new).id == refund.id
        settled = settled_refund(harness, refund, RefundOutcome.SUCCEEDED)
        assert settled.amount == harness.amount
        assert harness.provider.find_refund(new.reference) == settled
        assert harness.provider.find_refund(str(new_id())) is None

    def test_a_payment_is_refunded_in_parts_up_to_the_whole(self, harness: Harness) -> None:
        payment = captured(harness)
        part = Money(harness.amount.amount_minor // 3, harness.amount.currency)
        for amount in (part, harness.amount - part):
            refund = harness.provider.refund(NewRefund(str(new_id()), payment.id, amount))
            assert settled_refund(harness, refund, RefundOutcome.SUCCEEDED).amount == amount
        one_more = NewRefund(str(new_id()), payment.id, part)
        with pytest.raises((ProviderDeclined, ProviderRejected)):
            harness.provider.refund(one_more)
        assert harness.provider.find_refund(one_more.reference) is None

    def test_more_than_was_captured_is_not_refunded(self, harness: Harness) -> None:
        payment = captured(harness)
        too_much = NewRefund(str(new_id()), payment.id, harness.amount * 2)
        with pytest.raises((ProviderDeclined, ProviderRejected)):
            harness.provider.refund(too_much)
        assert harness.provider.find_refund(too_much.reference) is None

    @pytest.mark.requires(Lacks.REFUND_FAILURES)
    def test_a_refund_that_the_bank_refuses_has_failed(self, harness: Harness) -> None:
        payment = captured(harness)
        new = NewRefund(str(new_id()), payment.id, harness.amount)
        harness.will_settle(new.reference, RefundOutcome.FAILED)
        settled_refund(harness, harness.provider.refund(new), RefundOutcome.FAILED)

    # --- payouts

    @pytest.mark.requires(Lacks.PAYOUTS)
    def test_a_payout_is_paid_once_per_reference(self, harness: Harness) -> None:
        self.payout_ends(harness, PayoutOutcome.PAID)

    @pytest.mark.requires(Lacks.PAYOUTS, Lacks.PAYOUT_FAILURES)
    def test_a_payout_that_the_bank_refuses_has_failed(self, harness: Harness) -> None:
        self.payout_ends(harness, PayoutOutcome.FAILED)

    @pytest.mark.requires(Lacks.PAYOUTS, Lacks.PAYOUT_RETURNS)
    def test_a_payout_that_comes_back_is_returned(self, harness: Harness) -> None:
        self.payout_ends(harness, PayoutOutcome.RETURNED)

    def payout_ends(self, harness: Harness, outcome: PayoutOutcome) -> None:
        captured(harness)
        new = to_bank(harness)
        harness.will_settle(new.reference, outcome)
        payout = harness.provider.pay_out(new)
        assert (payout.reference, payout.amount) == (new.reference, new.amount)
        assert harness.provider.pay_out(new).id == payout.id
        harness.settle_payout(new.reference, outcome)
        assert wait_for(lambda: harness.provider.fetch_payout(payout.id).outcome is outcome)
        assert harness.provider.find_payout(str(new_id())) is None
        if harness.can(Lacks.FINDING_PAYOUTS):
            found = harness.provider.find_payout(new.reference)
            assert found is not None
            assert (found.id, found.outcome) == (payout.id, outcome)

    @pytest.mark.requires(Lacks.PAYOUTS)
    def test_a_payout_that_is_not_there_is_missing(self, harness: Harness) -> None:
        with pytest.raises(ObjectMissing):
            harness.provider.fetch_payout("nothing_1")

    # --- when the connection fails

    @pytest.mark.requires(Lacks.TROUBLES)
    @pytest.mark.parametrize("trouble", Trouble)
    def test_a_payment_whose_answer_is_lost_is_found_and_made_once(
        self, harness: Harness, trouble: Trouble
    ) -> None:
        new = new_payment(harness.amount)
        harness.trouble(ObjectKind.PAYMENT, new.reference, trouble)
        with pytest.raises(ProviderUnknown):
            harness.adapter(timeout_seconds=IMPATIENT).create_payment(new)
        found = harness.provider.find_payment(new.reference)
        is_there = trouble is not Trouble.UNAVAILABLE and harness.can(Lacks.FINDING_UNPAID)
        assert (found is not None) == is_there
        again = harness.provider.create_payment(new)
        assert (again.reference, again.amount) == (new.reference, new.amount)
        assert harness.provider.create_payment(new).id == again.id
        if found is not None:
            assert again.id == found.id
            assert harness.provider.find_payment(new.reference) == again

    @pytest.mark.requires(Lacks.TROUBLES)
    @pytest.mark.parametrize("trouble", Trouble)
    def test_a_refund_whose_answer_is_lost_is_found_and_made_once(
        self, harness: Harness, trouble: Trouble
    ) -> None:
        payment = captured(harness)
        new = NewRefund(str(new_id()), payment.id, harness.amount)
        harness.trouble(ObjectKind.REFUND, new.reference, trouble)
        with pytest.raises(ProviderUnknown):
            harness.adapter(timeout_seconds=IMPATIENT).refund(new)
        found = harness.provider.find_refund(new.reference)
        assert (found is None) == (trouble is Trouble.UNAVAILABLE)
        again = harness.provider.refund(new)
        assert again.reference == new.reference
        assert found is None or again.id == found.id

    @pytest.mark.requires(Lacks.TROUBLES, Lacks.PAYOUTS)
    @pytest.mark.parametrize("trouble", Trouble)
    def test_a_payout_whose_answer_is_lost_is_found_and_made_once(
        self, harness: Harness, trouble: Trouble
    ) -> None:
        captured(harness)
        new = to_bank(harness)
        harness.trouble(ObjectKind.PAYOUT, new.reference, trouble)
        with pytest.raises(ProviderUnknown):
            harness.adapter(timeout_seconds=IMPATIENT).pay_out(new)
        found = harness.provider.find_payout(new.reference)
        is_there = trouble is not Trouble.UNAVAILABLE and harness.can(Lacks.FINDING_PAYOUTS)
        assert (found is not None) == is_there
        again = harness.provider.pay_out(new)
        assert again.reference == new.reference
        assert found is None or again.id == found.id
        assert harness.provider.pay_out(new).id == again.id

    @pytest.mark.requires(Lacks.KEYS)
    def test_a_wrong_key_never_looks_like_a_decline(self, harness: Harness) -> None:
        new = new_payment(harness.amount)
        with pytest.raises(ProviderUnknown):
            harness.adapter(key="sk_wrong").create_payment(new)
        assert harness.provider.find_payment(new.reference) is None

    @pytest.mark.django_db
    def test_no_call_is_made_inside_a_transaction(self, harness: Harness) -> None:
        provider = harness.provider
        for ask in (provider.fetch_payment, provider.find_refund, provider.read_report):
            with pytest.raises(TransactionNested), transaction.atomic():
                ask(str(new_id()))

    # --- webhooks

    @pytest.mark.requires(Lacks.SIGNATURES)
    @pytest.mark.parametrize("secret", ["old", "new"])
    def test_a_webhook_under_either_secret_is_taken(self, harness: Harness, secret: str) -> None:
        self.verify(harness, harness.event(ObjectKind.PAYMENT, "pay_1"), secret)

    @pytest.mark.requires(Lacks.SIGNATURES)
    def test_a_forged_webhook_is_refused(self, harness: Harness) -> None:
        body = harness.event(ObjectKind.PAYMENT, "pay_1")
        with pytest.raises(BadSignature):
            self.verify(harness, body, "stranger")
        with pytest.raises(BadSignature):
            harness.provider.verify_webhook(body, {})

    @pytest.mark.requires(Lacks.SIGNATURES, Lacks.INTEGRITY)
    def test_one_changed_byte_is_refused(self, harness: Harness) -> None:
        body = harness.event(ObjectKind.PAYMENT, "pay_1")
        for altered in (body + b" ", body.replace(b"pay_1", b"pay_2")):
            with pytest.raises(BadSignature):
                self.verify(harness, body, "new", sent=altered)

    @pytest.mark.requires(Lacks.SIGNATURES, Lacks.TIMESTAMPS)
    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_an_old_or_a_future_webhook_is_refused(self, harness: Harness, seconds: int) -> None:
        body = harness.event(ObjectKind.PAYMENT, "pay_1")
        with pytest.raises(BadSignature):
            self.verify(harness, body, "new", late=timedelta(seconds=seconds))

    @pytest.mark.requires(Lacks.SIGNATURES, Lacks.TIMESTAMPS)
    @pytest.mark.parametrize("seconds", [-300, 300])
    def test_five_minutes_are_tolerated(self, harness: Harness, seconds: int) -> None:
        body = harness.event(ObjectKind.PAYMENT, "pay_1")
        self.verify(harness, body, "new", late=timedelta(seconds=seconds))

    @pytest.mark.requires(Lacks.SIGNATURES)
    @pytest.mark.parametrize(
        "kind", [ObjectKind.PAYMENT, ObjectKind.REFUND, ObjectKind.PAYOUT, ObjectKind.CHARGEBACK]
    )
    def test_a_webhook_names_its_object(self, harness: Harness, kind: ObjectKind) -> None:
        body = harness.event(kind, "obj_1")
        notice = harness.provider.parse_webhook(body)
        assert (notice.kind, notice.object_id) == (kind, "obj_1")
        assert notice.event_id
        assert notice.type
        assert harness.provider.parse_webhook(body) == notice, "the same event keeps its id"

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"id":', b"\xff", b'{"id":[]}'])
    def test_what_is_no_event_cannot_be_read(self, harness: Harness, body: bytes) -> None:
        with pytest.raises(BadWebhook):
            harness.provider.parse_webhook(body)

    def verify(
        self,
        harness: Harness,
        body: bytes,
        secret: str,
        *,
        sent: bytes | None = None,
        late: timedelta = timedelta(),
    ) -> None:
        headers = harness.sign(body, secret, AT)
        with clock.frozen(AT + late):
            harness.provider.verify_webhook(body if sent is None else sent, headers)

    # --- chargebacks, balances, report

    @pytest.mark.requires(Lacks.CHARGEBACKS)
    @pytest.mark.parametrize("outcome", [ChargebackOutcome.WON, ChargebackOutcome.LOST])
    def test_a_chargeback_is_seen_from_opening_to_end(
        self, harness: Harness, outcome: ChargebackOutcome
    ) -> None:
        payment = captured(harness)
        chargeback_id = harness.open_chargeback(payment)
        opened = harness.provider.fetch_chargeback(chargeback_id)
        assert opened.outcome is ChargebackOutcome.OPEN
        assert (opened.provider_payment_id, opened.amount) == (payment.id, harness.amount)
        assert opened.fee.currency == harness.amount.currency
        assert opened.fee.amount_minor >= 0
        harness.close_chargeback(chargeback_id, outcome)
        assert harness.provider.fetch_chargeback(chargeback_id).outcome is outcome
        with pytest.raises(ObjectMissing):
            harness.provider.fetch_chargeback("nothing_1")

    def test_the_balance_counts_what_came_and_went(self, harness: Harness) -> None:
        def is_counted() -> bool:
            before = balance(harness)
            payment = captured(harness)
            fee = payment.fee.amount_minor if payment.fee else 0
            expected = before + harness.amount.amount_minor - fee
            try:
                return wait_for(lambda: balance(harness) == expected, seconds=3)
            except AssertionError:
                # What another test set in motion has arrived meanwhile.
                return False

        assert wait_for(is_counted)

    @pytest.mark.requires(Lacks.REPORTS)
    def test_the_report_has_a_line_for_all_that_moved(self, harness: Harness) -> None:
        start = last_line(harness)
        payment = captured(harness)
        new = NewRefund(str(new_id()), payment.id, harness.amount)
        settled_refund(harness, harness.provider.refund(new), RefundOutcome.SUCCEEDED)
        wanted = {
            (ReportKind.PAYMENT, payment.reference, harness.amount),
            (ReportKind.REFUND, new.reference, -harness.amount),
        }

        def moved() -> set[Any]:
            return {(x.kind, x.reference, x.amount) for x in lines_after(harness, start)}

        assert wait_for(lambda: wanted <= moved())
        ids = [line.id for line in lines_after(harness, "")]
        assert len(ids) == len(set(ids))

    @pytest.mark.requires(Lacks.REPORTS)
    def test_the_report_goes_on_where_it_ended(self, harness: Harness) -> None:
        captured(harness)
        end = last_line(harness)
        assert lines_after(harness, end) == []
        payment = captured(harness)
        new = lines_after(harness, end)
        assert {line.reference for line in new if line.kind is ReportKind.PAYMENT} == {
            payment.reference
        }


def captured(harness: Harness, amount: Money | None = None) -> ProviderPayment:
    """A payment that its buyer has paid."""
    payment = harness.provider.create_payment(new_payment(amount or harness.amount))
    harness.press(payment, PaymentOutcome.CAPTURED)
    return harness.provider.fetch_payment(payment.id)


def settled_refund(
    harness: Harness, refund: ProviderRefund, outcome: RefundOutcome
) -> ProviderRefund:
    harness.settle_refund(refund.reference, outcome)
    wait_for(lambda: harness.provider.fetch_refund(refund.id).outcome is outcome)
    return harness.provider.fetch_refund(refund.id)


def to_bank(harness: Harness) -> NewPayout:
    part = Money(harness.amount.amount_minor // 100, harness.amount.currency)
    return NewPayout(str(new_id()), part, harness.destination)


def balance(harness: Harness) -> int:
    currency = harness.amount.currency
    return sum(
        money.amount_minor
        for money in harness.provider.read_balances()
        if money.currency == currency
    )


def lines_after(harness: Harness, after: str) -> list[ReportLine]:
    lines: list[ReportLine] = []
    while True:
        page = harness.provider.read_report(after)
        lines += page.lines
        after = page.next_after
        if not page.has_more:
            return lines


def last_line(harness: Harness) -> str:
    after = ""
    while True:
        page = harness.provider.read_report(after)
        after = page.next_after
        if not page.has_more:
            return after
