"""Money that is nobody's yet, or somebody's twice: it waits in suspense, and people decide."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from marketplace.core.ids import new_id
from marketplace.payments.models import PaymentAttempt, PaymentReview, Refund, TopUp
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    NewPayment,
    PaymentOutcome,
    RefundOutcome,
)
from marketplace.payments.services import (
    HoldOutcome,
    Resolution,
    assign_receipt,
    hold_captured_funds,
    resolve_review,
    submit_refunds,
    void_payment,
)
from marketplace.payments.services.book_unmatched_capture import book_unmatched_capture
from marketplace.payments.services.record_chargeback import record_chargeback_observed
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.tests import factories as money
from marketplace.users.models import User
from tests.properties import auditor as books
from tests.properties.auditor import Deal, Stray, Taking
from tests.properties.market import AMOUNTS, Known, Market, eur, send_all

WON, LOST = ChargebackOutcome.WON, ChargebackOutcome.LOST
SUCCEEDED, FAILED = RefundOutcome.SUCCEEDED, RefundOutcome.FAILED
RIGHT = {"receipt": None, "second": Resolution.REFUND, "top_up": Resolution.CREDIT}
"""What ends the review of each kind of stray; a receipt is assigned to an order."""


@dataclass
class Word:
    """A review that says how much of a stray waits, until a person ends it."""

    review_id: UUID
    amount: int
    is_open: bool = True
    failed: "Return | None" = None
    """The refund that put it there again."""


@dataclass
class Waiting:
    """A stray, what the provider calls it, and its reviews."""

    stray: Stray
    paid_as: str
    kind: str
    """``receipt``, ``second`` (payment of an order) or ``top_up``."""
    words: list[Word] = field(default_factory=list)

    @property
    def has_no_review(self) -> int:
        return self.stray.left - sum(word.amount for word in self.words if word.is_open)


@dataclass
class Return:
    """A refund of a stray."""

    id: UUID
    of: Waiting
    amount: int
    status: str = "REQUESTED"
    is_sent_after_all: bool = False


@dataclass
class Taken:
    """A chargeback of a stray; while its review is open nobody says that it is lost."""

    claim_id: str
    of: Waiting
    taking: Taking
    review_id: UUID
    is_closed: bool = False
    doubts: list["Doubt"] = field(default_factory=list)
    """Each change of the bank's word after it was won: lost again, won again, and so on."""

    @property
    def is_doubted(self) -> bool:
        return any(doubt.is_open for doubt in self.doubts[::2])


@dataclass
class Doubt:
    review_id: UUID
    is_open: bool = True


@dataclass
class Strays:
    waiting: list[Waiting] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)


class SuspenseRules(Market):
    def open(self) -> None:
        super().open()
        self.strays = Strays()

    @property
    def recent(self) -> list[Waiting]:
        """So few that the next step is often about the same."""
        return self.strays.waiting[-3:]

    @property
    def is_the_last_open(self) -> bool:
        return any(word.is_open for waiting in self.recent[-1:] for word in waiting.words)

    def waits(self, **known: Any) -> Waiting:
        """It is in suspense now, and its review is open."""
        review = PaymentReview.objects.get(
            provider_object_id=known["paid_as"], in_suspense=True, status="OPEN"
        )
        waiting = Waiting(**known, words=[Word(review.id, known["stray"].came)])
        self.strays.waiting.append(waiting)
        return waiting

    def took_a_top_up(self, top_up_id: UUID, user: User, amount: int) -> None:
        """One that is in its wallet: nothing of it waits, and its payer's bank may ask for it."""
        top_up = books.TopUp(user.pk, came=amount, credited=amount)
        paid_as = str(TopUp.objects.get(id=top_up_id).provider_payment_id)
        self.strays.waiting.append(Waiting(Stray(amount, top_up=top_up), paid_as, "top_up"))

    # --- it comes

    @precondition(lambda self: not self.is_the_last_open)
    @rule(
        data=st.data(),
        how=st.sampled_from(("receipt", "another amount", "twice", "top-up", "another amount")),
        asked=AMOUNTS,
        amount=AMOUNTS,
    )
    def money_strays(self, data: st.DataObject, how: str, asked: int, amount: int) -> None:
        if how == "receipt":
            self.stray_receipt(amount)
        elif how == "twice":
            self.pay_twice(data, amount)
        elif asked != amount:
            collect = self.collect_another_amount if how != "top-up" else self.top_up_another_amount
            collect(data.draw(self.any_buyer()), asked, amount)

    def stray_receipt(self, amount: int) -> Waiting:
        asked = self.provider.create_payment(NewPayment(str(new_id()), eur(amount), "", ""))
        paid_as = self.provider.settle_payment(asked.reference, PaymentOutcome.CAPTURED)

        def hear() -> None:
            book_unmatched_capture(provider="sandbox", observed=self.provider.payments[paid_as])

        hear()
        self.last = hear
        stray = Stray(amount)
        self.auditor.strayed(stray)
        return self.waits(stray=stray, paid_as=paid_as, kind="receipt")

    def collect_another_amount(self, buyer: User, asked: int, amount: int) -> None:
        sale = money.make_sale(eur(asked), buyer=buyer)
        attempt_id = money.capture(sale, self.provider, eur(amount))
        self.hear_of_capture(sale, attempt_id, HoldOutcome.IN_REVIEW)
        paid_as = str(sale.attempt.provider_payment_id)
        stray = Stray(amount, buyer=sale.buyer.pk)
        self.auditor.strayed(stray)
        self.waits(stray=stray, paid_as=paid_as, kind="second")

    def pay_twice(self, data: st.DataObject, amount: int) -> None:
        """An operator gives an order a stray, and the buyer has paid by card meanwhile."""
        sale, deal = self.new_sale(data, amount)
        waiting = self.stray_receipt(amount)
        money.start(sale)
        card = sale.attempt
        self.assign(waiting.words[0], sale)
        assigned = PaymentAttempt.objects.get(provider_payment_id=waiting.paid_as)
        money.report_capture(self.provider, card.id)
        card.refresh_from_db()
        self.hear_of_capture(sale, card.id, HoldOutcome.HELD)
        self.auditor.captured(deal)
        self.sales.append(Known(sale, deal, str(card.provider_payment_id)))
        self.strays.waiting.remove(waiting)
        self.hear_of_capture(sale, assigned.id, HoldOutcome.IN_REVIEW)
        waiting.stray.buyer = sale.buyer.pk
        self.waits(stray=waiting.stray, paid_as=waiting.paid_as, kind="second")

    def top_up_another_amount(self, user: User, asked: int, amount: int) -> None:
        started = money.start_top_up(user, eur(asked), key=self.fresh_key())
        money.report_top_up(self.provider, started.id, eur(amount))
        stray = Stray(amount, top_up=books.TopUp(user.pk, came=amount))
        self.auditor.strayed(stray)
        paid_as = str(TopUp.objects.get(id=started.id).provider_payment_id)
        self.waits(stray=stray, paid_as=paid_as, kind="top_up")

    # --- a person decides

    @precondition(lambda self: any(waiting.words for waiting in self.recent))
    @rule(
        data=st.data(),
        how=st.sampled_from(("rightly", "rightly", "rightly", "close", "wrongly")),
    )
    def end_a_review(self, data: st.DataObject, how: str) -> None:
        reviews = [(waiting, word) for waiting in self.recent for word in waiting.words]
        still_open = [pair for pair in reviews if pair[1].is_open]
        pool = reviews if how == "wrongly" else still_open or reviews
        waiting, word = data.draw(st.sampled_from(pool))
        decisions = tuple(RIGHT.values()) if how == "wrongly" else (RIGHT[waiting.kind],)
        decision = Resolution.CLOSE if how == "close" else data.draw(st.sampled_from(decisions))
        if decision is None:
            self.assign_a_stray(data, waiting, word, has_ended=data.draw(st.booleans()))
        else:
            self.resolve_a_stray(waiting, word, decision)

    def assign_a_stray(
        self, data: st.DataObject, waiting: Waiting, word: Word, *, has_ended: bool
    ) -> None:
        stray = waiting.stray
        sale, deal = self.new_sale(data, stray.came)
        if has_ended:
            money.in_transaction(void_payment, order_id=sale.order_id)
        allowed = waiting.kind == "receipt" and word.is_open and not stray.with_the_bank
        allowed = allowed and not self.is_doubted(waiting)
        if not self.give_once(lambda: self.assign(word, sale), is_allowed=allowed):
            return
        self.strays.waiting.remove(waiting)
        outcome = HoldOutcome.IN_REVIEW if has_ended else HoldOutcome.HELD
        self.hear_of_capture(sale, sale.attempt.id, outcome)
        self.auditor.found_its_order(deal)
        known = Known(sale, deal, waiting.paid_as)
        self.sales.append(known)
        if has_ended:
            refund = Refund.objects.get(payment_id=sale.payment_id)
            self.auditor.refund_requested(deal, refund.id, deal.captured)
            self.refunds.append((refund.id, known, deal.captured))

    def resolve_a_stray(self, waiting: Waiting, word: Word, resolution: Resolution) -> None:
        stray = waiting.stray
        allowed, amount = word.is_open, min(word.amount, stray.left)
        if resolution is not Resolution.CLOSE:
            allowed = allowed and resolution is RIGHT[waiting.kind]
        if resolution is Resolution.CREDIT:
            allowed = allowed and stray.left_to_take > 0 and not self.is_doubted(waiting)
        if resolution is Resolution.REFUND:
            allowed = allowed and amount > 0 and self.may_be_refunded(waiting, word)
        if not self.give_once(lambda: self.end(word.review_id, resolution), is_allowed=allowed):
            return
        word.is_open = False
        if resolution is Resolution.CREDIT:
            self.auditor.stray_credited(stray)
        elif resolution is Resolution.REFUND:
            refund = Refund.objects.filter(provider_payment_id=waiting.paid_as).latest("id")
            self.auditor.stray_refunded(stray, refund.id, amount)
            self.strays.returns.append(Return(refund.id, waiting, amount))

    def may_be_refunded(self, waiting: Waiting, word: Word) -> bool:
        """Nothing of it is undecided, on its way, or was sent after all."""
        is_decided = all(
            taken.is_closed or taken.taking.status == "WON"
            for taken in self.strays.taken
            if taken.of is waiting
        )
        is_under_way = any(
            returned.of is waiting and returned.status == "REQUESTED"
            for returned in self.strays.returns
        )
        was_sent = word.failed is not None and word.failed.is_sent_after_all
        return is_decided and not is_under_way and not was_sent and not self.is_doubted(waiting)

    def is_doubted(self, waiting: Waiting) -> bool:
        return any(taken.is_doubted for taken in self.strays.taken if taken.of is waiting)

    def end(self, review_id: UUID, resolution: Resolution) -> None:
        resolve_review(
            review_id=review_id,
            actor=self.operator,
            resolution=resolution,
            reason="Looked at it",
        )

    @precondition(lambda self: self.strays.returns)
    @rule(data=st.data(), outcome=st.sampled_from((SUCCEEDED, FAILED)))
    def answer_a_return(self, data: st.DataObject, outcome: RefundOutcome) -> None:
        self.answer(data.draw(st.sampled_from(self.strays.returns[-3:])), outcome)

    def answer(self, returned: Return, outcome: RefundOutcome) -> None:
        self.send_refunds()
        last_word = SUCCEEDED if returned.is_sent_after_all else returned.status
        if outcome == last_word:
            return
        refund = Refund.objects.get(id=returned.id)
        object_id = self.provider.settle_refund(str(returned.id), outcome)
        record_refund_observed(
            refund_id=returned.id,
            observed=self.provider.refunds[object_id],
            known_standing=refund.standing,
        )
        if returned.status == FAILED:
            self.other_word_about(returned)
        elif outcome is SUCCEEDED:
            returned.status = SUCCEEDED
            self.auditor.refund_sent(returned.id, returned.amount)
        else:
            self.fail_a_return(returned)

    def other_word_about(self, returned: Return) -> None:
        """It had failed: sent after all, or failed again, when what nothing tells of is shown."""
        waiting = returned.of
        returned.is_sent_after_all = not returned.is_sent_after_all
        if returned.is_sent_after_all:
            self.auditor.shortage(returned.amount)
            waiting.stray.given += returned.amount
            return
        self.auditor.shortage_over(returned.amount)
        waiting.stray.given -= returned.amount
        amount = min(self.untold(waiting), returned.amount)
        if amount > 0:
            self.reached["a refund failed again, and its money was shown"] += 1
            review = PaymentReview.objects.filter(
                kind="REFUND_CONTRADICTION",
                provider_payment_id=waiting.paid_as,
                in_suspense=True,
            ).latest("id")
            assert review.amount_minor == amount
            waiting.words.append(Word(review.id, amount))

    def untold(self, waiting: Waiting) -> int:
        """What no open review tells of; what was sent after all may yet fail again."""
        sent_again = sum(
            returned.amount
            for returned in self.strays.returns
            if returned.of is waiting and returned.is_sent_after_all
        )
        return waiting.has_no_review + sent_again

    def fail_a_return(self, returned: Return) -> None:
        waiting = returned.of
        kept = self.auditor.stray_refund_failed(
            waiting.stray, returned.id, returned.amount, was_sent=returned.status == SUCCEEDED
        )
        returned.status = FAILED
        if kept:
            review = PaymentReview.objects.get(subject_id=returned.id, in_suspense=True)
            assert review.amount_minor == kept
            waiting.words.append(Word(review.id, kept, failed=returned))

    def send_refunds(self) -> None:
        """The provider refuses what it has sent already: those fail at once."""
        send_all(submit_refunds)
        known = {refund.reference for refund in self.provider.refunds.values()}
        for returned in self.strays.returns:
            if returned.status == "REQUESTED" and str(returned.id) not in known:
                self.fail_a_return(returned)

    # --- or the payer's bank takes it

    @precondition(lambda self: self.strays.waiting)
    @rule(data=st.data(), quarters=st.integers(1, 4), fee=st.integers(0, 50))
    def take_a_stray(self, data: st.DataObject, quarters: int, fee: int) -> None:
        self.take(data.draw(st.sampled_from(self.recent)), quarters, fee)

    def take(self, waiting: Waiting, quarters: int, fee: int) -> Taken | None:
        amount = waiting.stray.left_to_take * quarters // 4
        if not amount:
            return None
        claim_id = self.provider.open_chargeback(waiting.paid_as, eur(amount), eur(fee))
        self.hear_of_claim(claim_id)
        review = PaymentReview.objects.get(provider_object_id=claim_id)
        taking = self.auditor.taken(waiting.stray, amount, fee)
        taken = Taken(claim_id, waiting, taking, review.id)
        self.strays.taken.append(taken)
        self.last = lambda: self.hear_of_claim(claim_id)
        return taken

    @precondition(lambda self: any(r.status == "REQUESTED" for r in self.strays.returns))
    @rule(data=st.data(), quarters=st.integers(1, 4), is_sent=st.booleans())
    def take_what_is_being_returned(
        self, data: st.DataObject, quarters: int, is_sent: bool
    ) -> None:
        """The order that is rare by chance: on its way back, taken by the bank, and then failed."""
        under_way = [each for each in self.strays.returns if each.status == "REQUESTED"]
        returned: Return = data.draw(st.sampled_from(under_way))
        if is_sent:
            self.send_refunds()
        if self.take(returned.of, quarters, 0) is not None:
            self.answer(returned, FAILED)
            self.last = None
            self.reached["a refund under way, then a chargeback, then it failed"] += 1

    @precondition(lambda self: any(taken.taking.status != "WON" for taken in self.strays.taken))
    @rule(data=st.data(), outcome=st.sampled_from((WON, LOST)), is_closed=st.booleans())
    def decide_a_taking(
        self, data: st.DataObject, outcome: ChargebackOutcome, is_closed: bool
    ) -> None:
        """A person may have closed it as lost before the bank gives it back after all."""
        undecided = [taken for taken in self.strays.taken if taken.taking.status != "WON"]
        self.decide(data.draw(st.sampled_from(undecided[-3:])), outcome, is_closed=is_closed)

    def decide(self, taken: Taken, outcome: ChargebackOutcome, *, is_closed: bool) -> None:
        self.provider.close_chargeback(taken.claim_id, outcome)
        self.hear_of_claim(taken.claim_id)
        if outcome is LOST:
            taken.taking.status = "LOST"
        else:
            self.auditor.taking_won(taken.taking)
            self.came_back(taken)
        self.last = lambda: self.hear_of_claim(taken.claim_id)
        if is_closed and self.give_once(
            lambda: self.end(taken.review_id, Resolution.CLOSE), is_allowed=not taken.is_closed
        ):
            taken.is_closed = True

    @precondition(lambda self: self.untouched("second"))
    @rule(data=st.data(), times=st.integers(1, 2))
    def refund_while_a_refund_is_sent_after_all(self, data: st.DataObject, times: int) -> None:
        """The order that is rare by chance: what was won goes out beside a refund that fails
        again, so that no review tells of what that gives back."""
        waiting: Waiting = data.draw(st.sampled_from(self.untouched("second")))
        taken = self.take(waiting, 3, 0)
        if taken is None:
            return
        self.decide(taken, LOST, is_closed=True)
        self.resolve_a_stray(waiting, waiting.words[0], Resolution.REFUND)
        returned = self.strays.returns[-1]
        self.answer(returned, SUCCEEDED)
        self.decide(taken, WON, is_closed=False)
        self.answer(returned, FAILED)
        self.answer(returned, SUCCEEDED)
        self.resolve_a_stray(waiting, waiting.words[-1], Resolution.REFUND)
        for _ in range(times):
            self.answer(returned, FAILED)
            self.answer(returned, SUCCEEDED)
        self.answer(returned, FAILED)
        self.last = None

    @precondition(lambda self: self.untouched("receipt", "top_up"))
    @rule(data=st.data(), quarters=st.integers(1, 4))
    def close_what_is_taken_and_won_later(self, data: st.DataObject, quarters: int) -> None:
        """A person holds it for lost, and the bank gives it back after all."""
        waiting: Waiting = data.draw(st.sampled_from(self.untouched("receipt", "top_up")))
        taken = self.take(waiting, quarters, 0)
        if taken is not None:
            self.resolve_a_stray(waiting, waiting.words[0], Resolution.CLOSE)
            self.decide(taken, WON, is_closed=False)

    def untouched(self, *kinds: str) -> list[Waiting]:
        """Of which nothing was given away, closed or taken yet."""
        touched = {id(returned.of) for returned in self.strays.returns}
        touched |= {id(taken.of) for taken in self.strays.taken}
        return [
            waiting
            for waiting in self.recent
            if waiting.kind in kinds
            and any(word.is_open for word in waiting.words)
            and id(waiting) not in touched
        ]

    @precondition(lambda self: any(taken.taking.status == "WON" for taken in self.strays.taken))
    @rule(data=st.data(), times=st.integers(1, 3), is_closed=st.booleans())
    def change_the_word_about_a_taking(
        self, data: st.DataObject, times: int, is_closed: bool
    ) -> None:
        """Lost after it was won, won again, and so on: it books nothing, and a person looks."""
        won = [taken for taken in self.strays.taken if taken.taking.status == "WON"]
        taken: Taken = data.draw(st.sampled_from(won[-3:]))
        for _ in range(times):
            is_lost = len(taken.doubts) % 2 == 0
            self.provider.close_chargeback(taken.claim_id, LOST if is_lost else WON)
            self.hear_of_claim(taken.claim_id)
            review = PaymentReview.objects.filter(provider_object_id=taken.claim_id).latest("id")
            taken.doubts.append(Doubt(review.id))
            if not is_lost:
                self.reached["a chargeback of suspense was won again"] += 1
                self.came_back(taken)
            if is_closed:
                self.close_the_doubts(taken)
        self.last = lambda: self.hear_of_claim(taken.claim_id)

    def close_the_doubts(self, taken: Taken) -> None:
        """What tells of money as well is ended as that."""
        told = {word.review_id for word in taken.of.words}
        for doubt in taken.doubts:
            if doubt.is_open and doubt.review_id not in told:
                self.end(doubt.review_id, Resolution.CLOSE)
                doubt.is_open = False

    def came_back(self, taken: Taken) -> None:
        """What no review tells of any more has one now; a stray's own is open again."""
        waiting = taken.of
        amount = min(self.untold(waiting), taken.taking.amount)
        if waiting.kind != "second":
            self.look_again(waiting)
        elif amount > 0:
            review = PaymentReview.objects.filter(
                kind="CHARGEBACK_CONTRADICTION", provider_object_id=taken.claim_id
            ).latest("id")
            assert (review.amount_minor, review.in_suspense) == (amount, True)
            waiting.words.append(Word(review.id, amount))

    def look_again(self, waiting: Waiting) -> None:
        top_up = waiting.stray.top_up
        is_given = waiting not in self.strays.waiting or (top_up is not None and top_up.credited)
        for word in waiting.words:
            if not is_given and not word.is_open:
                self.reached["a closed receipt or top-up was shown again"] += 1
                word.is_open = True

    # --- how it is done

    def new_sale(self, data: st.DataObject, amount: int) -> tuple[money.Sale, Deal]:
        """One without commission, that waits for its buyer."""
        buyer, seller = data.draw(self.any_buyer()), data.draw(self.any_seller())
        sale = money.make_sale(eur(amount), rate_bps=0, buyer=buyer, seller=seller, tax=eur(0))
        return sale, Deal(sale.order_id, buyer.pk, seller.pk, amount, 0, 0, is_by_wallet=False)

    def assign(self, word: Word, sale: money.Sale) -> None:
        assign_receipt(
            review_id=word.review_id,
            order_id=sale.order_id,
            actor=self.operator,
            reason="The buyer showed the transfer",
        )

    def hear_of_capture(self, sale: money.Sale, attempt_id: UUID, outcome: HoldOutcome) -> None:
        said = money.in_transaction(
            hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id
        )
        assert said is outcome

    def hear_of_claim(self, claim_id: str) -> None:
        record_chargeback_observed(provider="sandbox", observed=self.provider.chargebacks[claim_id])
