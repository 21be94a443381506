"""A provider in memory: passes the contract tests, and misbehaves on demand."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from marketplace.core.db import forbid_transaction
from marketplace.core.money import Money
from marketplace.payments.providers.protocol import (
    BadSignature,
    BadWebhook,
    ChargebackOutcome,
    NewPayment,
    NewPayout,
    NewRefund,
    ObjectKind,
    ObjectMissing,
    PaymentOutcome,
    PayoutOutcome,
    ProviderChargeback,
    ProviderDeclined,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderUnknown,
    RefundOutcome,
    ReportLine,
    ReportPage,
    WebhookNotice,
)

T = TypeVar("T")
Kept = TypeVar("Kept", ProviderPayment, ProviderRefund, ProviderPayout, ProviderChargeback)
Named = TypeVar("Named", ProviderPayment, ProviderRefund, ProviderPayout)
REPORT_PAGE = 100


class Killed(BaseException):
    """As by kill -9: nothing of ours may catch it."""


class FakeProvider:
    name = "sandbox"
    holding_limit_days = 90

    def __init__(self) -> None:
        self.payments: dict[str, ProviderPayment] = {}
        self.refunds: dict[str, ProviderRefund] = {}
        self.refunded: dict[str, str] = {}
        """Which payment a refund is of."""
        self.payouts: dict[str, ProviderPayout] = {}
        self.chargebacks: dict[str, ProviderChargeback] = {}
        self.report: list[ReportLine] = []
        """The balance report, line by line: filled by the test."""
        self.destinations: dict[str, NewPayout] = {}
        self.captures = 0
        self.calls: list[str] = []
        self.fail_next: list[Exception] = []
        """Raised by the next calls, before anything is done."""
        self.lose_next_answers = 0
        """So many next writes are done and then answered with silence."""
        self.kill_after_next = False
        """Our process dies right after the next write was done."""
        self._numbers = itertools.count(1)

    # --- what a test makes happen

    def settle_payment(
        self,
        reference: str,
        outcome: PaymentOutcome,
        amount: Money | None = None,
        fee: Money | None = None,
        instrument: str = "",
    ) -> str:
        payment = next(p for p in self.payments.values() if p.reference == reference)
        self.payments[payment.id] = replace(
            payment,
            outcome=outcome,
            amount=amount or payment.amount,
            fee=fee or payment.fee,
            instrument=instrument or payment.instrument,
        )
        return payment.id

    def approve_payment(self, reference: str) -> str:
        return self.settle_payment(reference, PaymentOutcome.APPROVED)

    def settle_refund(self, reference: str, outcome: RefundOutcome) -> str:
        refund = next(r for r in self.refunds.values() if r.reference == reference)
        self.refunds[refund.id] = replace(refund, outcome=outcome, failure_code="closed")
        return refund.id

    def settle_payout(self, reference: str, outcome: PayoutOutcome) -> str:
        payout = next(p for p in self.payouts.values() if p.reference == reference)
        self.payouts[payout.id] = replace(payout, outcome=outcome, failure_code="closed")
        return payout.id

    def open_chargeback(self, provider_payment_id: str, amount: Money, fee: Money) -> str:
        chargeback = ProviderChargeback(
            id=f"cb_{next(self._numbers)}",
            provider_payment_id=provider_payment_id,
            outcome=ChargebackOutcome.OPEN,
            amount=amount,
            fee=fee,
            reason="fraudulent",
        )
        self.chargebacks[chargeback.id] = chargeback
        return chargeback.id

    def close_chargeback(self, chargeback_id: str, outcome: ChargebackOutcome) -> None:
        self.chargebacks[chargeback_id] = replace(self.chargebacks[chargeback_id], outcome=outcome)

    # --- the strategy

    def create_payment(self, new: NewPayment) -> ProviderPayment:
        self._called("create_payment")
        if (known := self._by_reference(self.payments, new.reference)) is None:
            number = next(self._numbers)
            known = ProviderPayment(
                id=f"pay_{number}",
                reference=new.reference,
                outcome=PaymentOutcome.OPEN,
                amount=new.amount,
                redirect_url=f"http://provider.test/pay/{number}",
            )
            self.payments[known.id] = known
        return self._answered(known)

    def fetch_payment(self, provider_payment_id: str) -> ProviderPayment:
        self._called("fetch_payment")
        return self._get(self.payments, provider_payment_id)

    def find_payment(self, reference: str) -> ProviderPayment | None:
        self._called("find_payment")
        return self._by_reference(self.payments, reference)

    def capture_payment(self, provider_payment_id: str) -> ProviderPayment:
        self._called("capture_payment")
        payment = self._get(self.payments, provider_payment_id)
        if payment.outcome is PaymentOutcome.APPROVED:
            self.captures += 1
            payment = replace(payment, outcome=PaymentOutcome.CAPTURED)
            self.payments[payment.id] = payment
        return self._answered(payment)

    def refund(self, new: NewRefund) -> ProviderRefund:
        self._called("refund")
        if (known := self._by_reference(self.refunds, new.reference)) is None:
            payment = self._get(self.payments, new.provider_payment_id)
            taken = sum(
                refund.amount.amount_minor
                for refund_id, refund in self.refunds.items()
                if self.refunded[refund_id] == payment.id
                and refund.outcome is not RefundOutcome.FAILED
            )
            if taken + new.amount.amount_minor > payment.amount.amount_minor:
                raise ProviderDeclined("more than was captured", code="amount_too_large")
            known = ProviderRefund(
                id=f"re_{next(self._numbers)}",
                reference=new.reference,
                outcome=RefundOutcome.OPEN,
                amount=new.amount,
            )
            self.refunds[known.id] = known
            self.refunded[known.id] = payment.id
        return self._answered(known)

    def fetch_refund(self, provider_refund_id: str) -> ProviderRefund:
        self._called("fetch_refund")
        return self._get(self.refunds, provider_refund_id)

    def find_refund(self, reference: str) -> ProviderRefund | None:
        self._called("find_refund")
        return self._by_reference(self.refunds, reference)

    def pay_out(self, new: NewPayout) -> ProviderPayout:
        self._called("pay_out")
        if (known := self._by_reference(self.payouts, new.reference)) is None:
            known = ProviderPayout(
                id=f"po_{next(self._numbers)}",
                reference=new.reference,
                outcome=PayoutOutcome.OPEN,
                amount=new.amount,
            )
            self.payouts[known.id] = known
            self.destinations[new.reference] = new
        return self._answered(known)

    def fetch_payout(self, provider_payout_id: str) -> ProviderPayout:
        self._called("fetch_payout")
        return self._get(self.payouts, provider_payout_id)

    def find_payout(self, reference: str) -> ProviderPayout | None:
        self._called("find_payout")
        return self._by_reference(self.payouts, reference)

    def fetch_chargeback(self, provider_chargeback_id: str) -> ProviderChargeback:
        self._called("fetch_chargeback")
        return self._get(self.chargebacks, provider_chargeback_id)

    def read_report(self, after: str) -> ReportPage:
        self._called("read_report")
        ids = [line.id for line in self.report]
        start = ids.index(after) + 1 if after else 0
        page = self.report[start : start + REPORT_PAGE]
        return ReportPage(page, page[-1].id if page else after, start + len(page) < len(ids))

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> None:
        if headers.get("Fake-Signature") != "signed":
            raise BadSignature("no signature matches")

    def parse_webhook(self, body: bytes) -> WebhookNotice:
        """``evt_1 payment.succeeded pay_1``."""
        parts = body.decode(errors="replace").split()
        if len(parts) != 3:
            raise BadWebhook("the body is not an event")
        event_id, event_type, object_id = parts
        return WebhookNotice(
            event_id, event_type, ObjectKind(event_type.partition(".")[0]), object_id
        )

    def read_balances(self) -> Sequence[Money]:
        totals: dict[str, Money] = {}

        def add(amount: Money) -> None:
            totals[amount.currency] = totals.get(amount.currency, Money.zero(amount.currency))
            totals[amount.currency] += amount

        for payment in self.payments.values():
            if payment.outcome is PaymentOutcome.CAPTURED:
                add(payment.amount - (payment.fee or Money.zero(payment.amount.currency)))
        for refund in self.refunds.values():
            if refund.outcome is RefundOutcome.SUCCEEDED:
                add(-refund.amount)
        for payout in self.payouts.values():
            if payout.outcome is PayoutOutcome.PAID:
                add(-payout.amount)
        for chargeback in self.chargebacks.values():
            add(-chargeback.fee)
            if chargeback.outcome is not ChargebackOutcome.WON:
                add(-chargeback.amount)
        return list(totals.values())

    def _called(self, name: str) -> None:
        forbid_transaction("a call to the payment provider")
        self.calls.append(name)
        if self.fail_next:
            raise self.fail_next.pop(0)

    def _answered(self, known: T) -> T:
        if self.kill_after_next:
            self.kill_after_next = False
            raise Killed
        if self.lose_next_answers:
            self.lose_next_answers -= 1
            raise ProviderUnknown("no answer from the provider", code="no_answer")
        return known

    @staticmethod
    def _get(objects: Mapping[str, Kept], object_id: str) -> Kept:
        if object_id not in objects:
            raise ObjectMissing("no such object")
        return objects[object_id]

    @staticmethod
    def _by_reference(objects: Mapping[str, Named], reference: str) -> Named | None:
        return next((o for o in objects.values() if o.reference == reference), None)
