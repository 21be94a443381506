"""Every command that moves money, in any order, against an auditor that has never seen the ledger.

The real commands on the real database, each committed. After every step each account must hold what
the auditor says, to the cent; a command that the auditor's world forbids must be refused and leave
everything as it was; the same command again must change nothing. At the end the full audit reads
the books. ``FAIRHOLD_MONEY_STEPS`` says how long it goes on.
"""

import os
from collections import Counter
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
    run_state_machine_as_test,
)

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.core.testing.figures import publish
from marketplace.payments.models import BankAccount, Payout, Refund
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    PayoutOutcome,
    RefundOutcome,
)
from marketplace.payments.services import (
    approve_payout,
    enter_settlement,
    exchange_currency,
    reject_payout,
    release_escrow,
    submit_payouts,
    write_off_receivable,
)
from marketplace.payments.services.book_provider_fee import book_provider_fee
from marketplace.payments.services.record_payout_outcome import record_payout_observed
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.tests import factories as money
from marketplace.payments.tests.factories import withdraw_approved
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User
from tests.properties.auditor import Claim, Deal, receivable, wallet
from tests.properties.market import AMOUNTS, Known, Market, eur, send_all
from tests.properties.suspense_rules import SuspenseRules

STEPS = int(os.environ.get("FAIRHOLD_MONEY_STEPS", "500"))
STEPS_EACH = 50
UNDER_WAY = ("REQUESTED", "SUBMITTED", "UNKNOWN")


class MoneyMachine(SuspenseRules):
    def open(self) -> None:
        super().open()
        self.payouts: list[tuple[UUID, User, int]] = []
        self.covering: set[UUID] = set()
        self.claims: list[tuple[str, Claim]] = []

    # --- money comes in

    @rule(
        data=st.data(),
        amount=AMOUNTS,
        rate_bps=st.integers(0, 2_500),
        tax=st.integers(0, 50),
        is_by_wallet=st.booleans(),
    )
    def sell(
        self, data: st.DataObject, amount: int, rate_bps: int, tax: int, is_by_wallet: bool
    ) -> None:
        self.sell_of(data, amount, rate_bps, tax, is_by_wallet)

    def sell_of(
        self, data: st.DataObject, amount: int, rate_bps: int, tax: int, is_by_wallet: bool
    ) -> Known | None:
        buyer, seller = data.draw(self.any_buyer()), data.draw(self.any_seller())
        commission = eur(amount).share(rate_bps).amount_minor
        tax = min(tax, amount - commission)
        sale = money.make_sale(
            eur(amount), rate_bps=rate_bps, buyer=buyer, seller=seller, tax=eur(tax)
        )
        deal = Deal(sale.order_id, buyer.pk, seller.pk, amount, commission, tax, is_by_wallet)
        if is_by_wallet:
            affordable = amount <= self.auditor.owns(wallet(buyer.pk))
            if not self.give(lambda: money.pay_by_wallet(sale), is_allowed=affordable):
                return None
        else:
            money.hold(sale, self.provider)
        self.auditor.captured(deal)
        paid_as = "" if is_by_wallet else str(sale.attempt.provider_payment_id)
        known = Known(sale, deal, paid_as)
        self.sales.append(known)
        return known

    @rule(data=st.data(), amount=AMOUNTS)
    def top_up(self, data: st.DataObject, amount: int) -> None:
        self.top_up_of(data.draw(self.anybody()), amount)

    def top_up_of(self, user: User, amount: int) -> None:
        started = money.start_top_up(user, eur(amount), key=self.fresh_key())
        money.report_top_up(self.provider, started.id)
        self.auditor.topped_up(user.pk, amount)
        self.took_a_top_up(started.id, user, amount)

    # --- and goes to the seller, or back

    @precondition(lambda self: self.sales)
    @rule(data=st.data(), amount=AMOUNTS)
    def release_part(self, data: st.DataObject, amount: int) -> None:
        known, release_id = self.any_sale(data), new_id()

        def command() -> Any:
            return money.release(known.sale, amount, release_id)

        allowed = amount <= known.deal.held and not known.deal.is_contested
        if self.give(command, is_allowed=allowed):
            self.auditor.released(known.deal, amount)

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def release_the_rest(self, data: st.DataObject) -> None:
        self.release_all(self.any_sale(data))

    def release_all(self, known: Known) -> None:
        held = known.deal.held

        def command() -> Any:
            return money.in_transaction(release_escrow, order_id=known.sale.order_id)

        allowed = held > 0 and not known.deal.is_contested
        if self.give(command, is_allowed=allowed, is_repeatable=False):
            self.auditor.released(known.deal, held)

    @precondition(lambda self: self.sales)
    @rule(data=st.data(), amount=AMOUNTS)
    def refund(self, data: st.DataObject, amount: int) -> None:
        self.refund_of(self.any_sale(data), amount)

    def refund_of(self, known: Known, amount: int) -> None:
        refund_id = new_id()

        def command() -> Any:
            return money.refund(known.sale, amount, refund_id)

        allowed = amount <= known.deal.refundable and not known.deal.is_contested
        if self.give(command, is_allowed=allowed):
            self.auditor.refund_requested(known.deal, refund_id, amount)
            if not known.deal.is_by_wallet:
                self.refunds.append((refund_id, known, amount))

    @precondition(lambda self: self.refunds)
    @rule(data=st.data(), outcome=st.sampled_from((RefundOutcome.SUCCEEDED, RefundOutcome.FAILED)))
    def answer_a_refund(self, data: st.DataObject, outcome: RefundOutcome) -> None:
        self.answer_refund(*data.draw(st.sampled_from(self.refunds)), outcome)

    def answer_refund(
        self, refund_id: UUID, known: Known, amount: int, outcome: RefundOutcome
    ) -> None:
        self.send_refunds()
        refund = Refund.objects.get(id=refund_id)
        if refund.failure_code == "contradicted" or refund.status == outcome:
            return
        if refund.status == "FAILED" and refund_id in self.covering:
            return
        object_id = self.provider.settle_refund(str(refund_id), outcome)
        record_refund_observed(
            refund_id=refund_id,
            observed=self.provider.refunds[object_id],
            known_standing=refund.standing,
        )
        if outcome is RefundOutcome.FAILED:
            was_sent = refund.status == "SUCCEEDED"
            if not self.auditor.refund_failed(known.deal, refund_id, amount, was_sent=was_sent):
                self.covering.add(refund_id)
        elif refund.status == "FAILED":
            self.auditor.shortage(amount)
        else:
            self.auditor.refund_sent(refund_id, amount)

    # --- or the payer's bank takes it

    @precondition(lambda self: any(not known.deal.is_by_wallet for known in self.sales))
    @rule(data=st.data(), amount=AMOUNTS, fee=st.integers(0, 50))
    def claim(self, data: st.DataObject, amount: int, fee: int) -> None:
        paid = [known for known in self.sales if not known.deal.is_by_wallet]
        self.charge_back(data.draw(st.sampled_from(paid)), amount, fee)

    def charge_back(self, known: Known, amount: int, fee: int) -> None:
        amount = min(amount, known.deal.captured)
        claim_id = self.provider.open_chargeback(known.paid_as, eur(amount), eur(fee))
        self.hear_of_claim(claim_id)
        self.claims.append((claim_id, self.auditor.claimed(known.deal, amount, fee)))
        self.last = lambda: self.hear_of_claim(claim_id)

    @precondition(lambda self: self.refunds)
    @rule(data=st.data(), amount=AMOUNTS)
    def claim_what_is_being_refunded(self, data: st.DataObject, amount: int) -> None:
        """The order that is rare by chance: on its way back, charged back, and then failed."""
        refund_id, known, refunded = data.draw(st.sampled_from(self.refunds[-3:]))
        if not known.paid_as or Refund.objects.get(id=refund_id).status not in UNDER_WAY:
            return
        self.charge_back(known, amount, 0)
        self.answer_refund(refund_id, known, refunded, RefundOutcome.FAILED)
        self.last = None
        self.reached["an order's refund under way, then a chargeback, then it failed"] += 1

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), outcome=st.sampled_from((ChargebackOutcome.WON, ChargebackOutcome.LOST)))
    def decide_a_claim(self, data: st.DataObject, outcome: ChargebackOutcome) -> None:
        claim_id, claim = data.draw(st.sampled_from(self.claims))
        if claim.status != "OPEN":
            return
        self.provider.close_chargeback(claim_id, outcome)
        self.hear_of_claim(claim_id)
        if outcome is ChargebackOutcome.WON:
            self.auditor.claim_won(claim)
        else:
            self.auditor.claim_lost(claim)
        self.last = lambda: self.hear_of_claim(claim_id)

    # --- and leaves

    @rule(data=st.data(), amount=AMOUNTS)
    def withdraw(self, data: st.DataObject, amount: int) -> None:
        self.withdraw_of(data.draw(self.anybody()), amount)

    @rule(data=st.data(), amount=AMOUNTS, asks_again=st.booleans())
    def withdraw_all_and_owe(self, data: st.DataObject, amount: int, asks_again: bool) -> None:
        """A sale is refunded while all that its seller had is on its way to the bank."""
        known = self.sell_of(data, amount, 1_000, 0, is_by_wallet=False)
        assert known
        self.release_all(known)
        seller = known.sale.seller
        if there := self.auditor.owns(wallet(seller.pk)):
            self.withdraw_of(seller, there)
        self.refund_of(known, amount)
        if asks_again:
            self.top_up_of(seller, amount)
            self.withdraw_of(seller, amount)

    def withdraw_of(self, user: User, amount: int) -> None:
        account = BankAccount.objects.get(id=self.accounts[user.pk].id)
        key = self.fresh_key()

        def command() -> Any:
            return withdraw_approved(
                actor=money.actor_for(user),
                amount=eur(amount),
                bank_account_id=account.id,
                idempotency_key=key,
            )

        allowed = amount <= self.auditor.owns(wallet(user.pk)) and account.blocked_at is None
        if self.give(command, is_allowed=allowed):
            payout = Payout.objects.filter(user=user).latest("id")
            self.auditor.payout_requested(user.pk, payout.id, amount)
            self.payouts.append((payout.id, user, amount))

    @precondition(lambda self: self.payouts)
    @rule(data=st.data(), outcome=st.sampled_from(("PAID", "FAILED", "RETURNED")))
    def answer_a_payout(self, data: st.DataObject, outcome: str) -> None:
        payout_id, user, amount = data.draw(st.sampled_from(self.payouts))
        send_all(submit_payouts)
        payout = Payout.objects.get(id=payout_id)
        if payout.awaits_approval or payout.failure_code == "rejected":
            return  # The provider has never heard of it.
        is_back = payout.status in {"FAILED", "RETURNED"}
        if payout.failure_code == "contradicted" or payout.status == outcome:
            return
        if is_back and outcome != "PAID":
            return
        object_id = self.provider.settle_payout(str(payout_id), PayoutOutcome(outcome))
        record_payout_observed(
            payout_id=payout_id,
            observed=self.provider.payouts[object_id],
            known_status=payout.status,
        )
        if outcome != "PAID":
            self.auditor.payout_came_back(
                user.pk, payout_id, amount, was_paid=payout.status == "PAID"
            )
        elif is_back:
            self.auditor.shortage(amount)
        else:
            self.auditor.payout_paid(payout_id, amount)

    @precondition(lambda self: self.payouts)
    @rule(data=st.data(), approvals=st.integers(0, 2), is_forgiven=st.booleans())
    def decide_a_payout(self, data: st.DataObject, approvals: int, is_forgiven: bool) -> None:
        """It waits because its owner owed something when it was asked for or was to be sent, or
        because an earlier one came back. Two operators let it be sent, which nobody may while that
        holds; or one rejects it."""
        send_all(submit_payouts)
        ids = [payout_id for payout_id, _, _ in self.payouts]
        waiting = Payout.objects.filter(id__in=ids, awaits_approval=True).order_by("id")
        if not waiting:
            return
        payout = data.draw(st.sampled_from(list(waiting)))
        assert payout.reasons in (["owes_us"], ["blocked_account"], ["owes_us", "blocked_account"])
        owed = self.auditor.books[receivable(payout.user_id)]
        if is_forgiven and owed:
            self.write_off_of(payout.user_id, owed)
            owed = 0
        is_blocked = payout.bank_account.blocked_at is not None

        def reject() -> Any:
            return reject_payout(payout_id=payout.id, actor=self.operator, reason="It owes")

        if not approvals:
            self.give_once(reject, is_allowed=True)
            self.auditor.payout_came_back(
                payout.user_id, payout.id, payout.amount_minor, was_paid=False
            )
        left = (self.operator, money.OPERATOR)[len(payout.approved_by) :]
        for operator in left[:approvals]:
            approve = partial(
                approve_payout, payout_id=payout.id, actor=operator, reason="It is settled"
            )
            self.give_once(approve, is_allowed=not (owed or is_blocked))

    @rule(data=st.data(), amount=AMOUNTS)
    def exchange(self, data: st.DataObject, amount: int) -> None:
        user, exchange_id = data.draw(self.any_buyer()), new_id()

        def command() -> Any:
            return exchange_currency(
                user_id=user.pk,
                sell=eur(amount),
                buy=Money(2 * amount, "USD"),
                rate="2",
                reason="Asked by the user",
                exchange_id=exchange_id,
                actor=money.OPERATOR,
            )

        if self.give(command, is_allowed=amount <= self.auditor.owns(wallet(user.pk))):
            self.auditor.exchanged(user.pk, amount)

    # --- the platform's own

    @rule(data=st.data(), amount=AMOUNTS)
    def write_off(self, data: st.DataObject, amount: int) -> None:
        self.write_off_of(data.draw(self.any_seller()).pk, amount)

    def write_off_of(self, seller_id: UUID, amount: int) -> None:
        write_off_id = new_id()

        def command() -> Any:
            return write_off_receivable(
                write_off_id=write_off_id,
                seller_id=seller_id,
                amount=eur(amount),
                actor=money.OPERATOR,
                reason="The seller has left",
            )

        owed = self.auditor.books[receivable(seller_id)]
        if self.give(command, is_allowed=amount <= owed):
            self.auditor.written_off(seller_id, amount)

    @precondition(lambda self: self.sales)
    @rule(data=st.data(), amount=st.integers(1, 50))
    def keep_a_fee(self, data: st.DataObject, amount: int) -> None:
        name = self.fresh_key()

        def command() -> Any:
            return money.in_transaction(
                book_provider_fee,
                provider="sandbox",
                provider_payment_id=name,
                payment_id=self.any_sale(data).sale.payment_id,
                amount=eur(amount),
            )

        if self.give(command, is_allowed=True, is_repeatable=False):
            self.auditor.fee_taken(amount)

    @rule(amount=AMOUNTS)
    def settle_to_the_bank(self, amount: int) -> None:
        settlement_id, at = self.fresh_key(), clock.database_now()

        def command() -> Any:
            return enter_settlement(
                actor=money.OPERATOR,
                provider="sandbox",
                settlement_id=settlement_id,
                amount=eur(amount),
                occurred_at=at,
                reason="From the bank's statement",
            )

        if self.give(command, is_allowed=True):
            self.auditor.settled_to_bank(amount)


class SuspenseMachine(SuspenseRules):
    """Nothing but what waits in suspense, so that a few steps go deep."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300 + STEPS)
@pytest.mark.parametrize("machine", [MoneyMachine, SuspenseMachine])
def test_money_moves_as_an_independent_auditor_says(
    machine: type[Market], provider: FakeProvider
) -> None:
    machine.provider, machine.reached = provider, Counter()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=max(1, STEPS // STEPS_EACH),
            stateful_step_count=STEPS_EACH,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    publish("money machine", machine=machine.__name__, steps=STEPS, reached=dict(machine.reached))
