"""A chargeback of money that is in no escrow: booked once, and nobody gets it twice."""

import threading
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from marketplace.core.db import joinable
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.core.testing.database import wait_for_a_waiter
from marketplace.payments.errors import (
    MoneyChargedBack,
    PaymentOutcomeUnknown,
    ReviewNotRefundable,
)
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.audit import run_audit
from marketplace.payments.models import Chargeback, PaymentAttempt, PaymentReview
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    NewPayment,
    PaymentOutcome,
    ProviderUnknown,
)
from marketplace.payments.repositories.unmatched_chargebacks import lock_provider_payment
from marketplace.payments.services import (
    HoldOutcome,
    Resolution,
    hold_captured_funds,
)
from marketplace.payments.services.record_chargeback import record_chargeback_observed
from marketplace.payments.tests.factories import (
    Sale,
    capture,
    escrow,
    everything,
    in_transaction,
    make_sale,
    make_user,
    report_capture,
    report_top_up,
    start,
    start_top_up,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_assign_receipt import assign, receive, stray_receipt
from marketplace.payments.tests.services.test_chargebacks import (
    books_agree,
    close,
    tell,
    total,
)
from marketplace.payments.tests.services.test_hold_captured_funds import suspense_minor
from marketplace.payments.tests.services.test_resolve_review import resolve

pytestmark = pytest.mark.django_db
WON, LOST = ChargebackOutcome.WON, ChargebackOutcome.LOST
NO_FEE = Money(0, "EUR")


def claim(provider: FakeProvider, provider_payment_id: str, minor: int = 10_000) -> str:
    return provider.open_chargeback(provider_payment_id, Money(minor, "EUR"), NO_FEE)


def hear(provider: FakeProvider, claim_id: str) -> str:
    return record_chargeback_observed(provider="sandbox", observed=provider.chargebacks[claim_id])


def clearing() -> int:
    return total(accounts.psp_clearing("sandbox", "EUR"))


def test_a_receipt_that_the_bank_took_back_is_given_to_no_order(provider: FakeProvider) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    claim_id = claim(provider, review.provider_object_id)
    tell(claim_id)
    assert (suspense_minor(), clearing()) == (0, 0)
    before = everything()
    with pytest.raises(MoneyChargedBack):
        assign(review, sale)
    assert everything() == before
    close(provider, claim_id, LOST)
    with pytest.raises(MoneyChargedBack):
        assign(review, sale)
    review.refresh_from_db()
    assert review.status == "OPEN"


def test_when_it_is_won_the_receipt_can_be_given_to_its_order_and_is_booked_once(
    provider: FakeProvider,
) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    claim_id = claim(provider, review.provider_object_id)
    tell(claim_id)
    close(provider, claim_id, WON)
    assign(review, sale)
    assert receive(sale) is HoldOutcome.HELD
    tell(claim_id, "won")
    assert not Chargeback.objects.exists()
    assert (escrow(sale), suspense_minor(), clearing()) == (10_000, 0, 10_000)
    books_agree(provider)


@pytest.mark.parametrize("how", ["receipt", "second payment", "top-up"])
def test_one_that_is_lost_after_it_was_won_is_shown_to_a_person_before_anybody_gets_it(
    provider: FakeProvider, how: str
) -> None:
    if how == "second payment":
        _, review = doubled(provider)
    elif how == "receipt":
        review = stray_receipt(provider)
    else:
        report_top_up(provider, start_top_up(make_user()).id, Money(9_000, "EUR"))
        review = PaymentReview.objects.get(kind="WRONG_AMOUNT")
    claim_id = claim(provider, review.provider_object_id, 4_000)
    hear(provider, claim_id)
    provider.close_chargeback(claim_id, WON)
    hear(provider, claim_id)
    before = (suspense_minor(), clearing())
    provider.close_chargeback(claim_id, LOST)
    assert hear(provider, claim_id) == "lost again"
    assert hear(provider, claim_id) == "nothing new"
    assert (suspense_minor(), clearing()) == before
    shown = PaymentReview.objects.get(kind="CHARGEBACK_CONTRADICTION")
    assert (shown.amount_minor, shown.in_suspense, shown.status) == (4_000, False, "OPEN")
    with pytest.raises(ReviewNotRefundable):
        resolve(shown.id, Resolution.REFUND)
    with pytest.raises(MoneyChargedBack, match="said to be lost"):
        give_away(review, how)
    resolve(shown.id, Resolution.CLOSE)
    give_away(review, how)


def give_away(review: PaymentReview, how: str) -> None:
    if how == "receipt":
        assign(review, make_sale())
    else:
        resolve(review.id, Resolution.REFUND if how == "second payment" else Resolution.CREDIT)


def start_unanswered(sale: Sale, provider: FakeProvider) -> PaymentAttempt:
    """The buyer has paid, and our books do not know what the provider calls it."""
    provider.lose_next_answers = 1
    with pytest.raises(PaymentOutcomeUnknown):
        start(sale)
    provider.settle_payment(str(sale.attempt.id), PaymentOutcome.CAPTURED)
    assert (sale.attempt.status, sale.attempt.provider_payment_id) == ("UNKNOWN", None)
    return sale.attempt


def test_one_that_was_booked_before_its_payment_was_known_is_not_booked_again(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    attempt = start_unanswered(sale, provider)
    claim_id = claim(provider, next(iter(provider.payments)))
    hear(provider, claim_id)
    report_capture(provider, attempt.id)
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt.id)
    for outcome in (ChargebackOutcome.OPEN, WON):
        provider.close_chargeback(claim_id, outcome)
        hear(provider, claim_id)
    assert not Chargeback.objects.exists()
    assert (clearing(), suspense_minor()) == (10_000, 0)
    books_agree(provider)


def test_told_of_one_the_payment_that_it_took_is_learned_first(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt = start_unanswered(sale, provider)
    claim_id = claim(provider, next(iter(provider.payments)))
    tell(claim_id)
    assert sale.attempt.status == "CAPTURED"
    assert not PaymentReview.objects.exists(), "it waits for its capture to be booked"
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt.id)
    tell(claim_id)
    assert Chargeback.objects.get().from_escrow_minor == 10_000
    books_agree(provider)


def test_of_a_stray_receipt_that_nobody_told_of_both_are_booked(provider: FakeProvider) -> None:
    asked = provider.create_payment(NewPayment(str(new_id()), Money(10_000, "EUR"), "", ""))
    paid_id = provider.settle_payment(asked.reference, PaymentOutcome.CAPTURED)
    tell(claim(provider, paid_id))
    kinds = PaymentReview.objects.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["UNMATCHED_CAPTURE", "UNMATCHED_CHARGEBACK"]


@pytest.mark.django_db(transaction=True)
def test_an_assignment_and_a_chargeback_at_once_wait_for_each_other(
    provider: FakeProvider,
) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    claim_id = claim(provider, review.provider_object_id)
    said: list[Any] = []

    def work() -> None:
        try:
            said.append(hear(provider, claim_id))
        except ProviderUnknown as error:
            said.append(error.code)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with joinable():
        lock_provider_payment("sandbox", review.provider_object_id)
        worker.start()
        wait_for_a_waiter()
        assign(review, sale)
    worker.join(timeout=30)
    assert said == ["too_early"], "its payment became an order's meanwhile"
    assert not PaymentReview.objects.filter(kind="UNMATCHED_CHARGEBACK").exists()
    receive(sale)
    hear(provider, claim_id)
    assert Chargeback.objects.get().from_escrow_minor == 10_000
    in_transaction(books_agree, provider=provider)


@pytest.mark.django_db(transaction=True)
def test_an_assignment_waits_for_a_chargeback_that_is_being_booked(provider: FakeProvider) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    claim_id = claim(provider, review.provider_object_id)
    refused: list[str] = []

    def work() -> None:
        try:
            assign(review, sale)
        except MoneyChargedBack as error:
            refused.append(error.code)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with joinable():
        hear(provider, claim_id)
        worker.start()
        wait_for_a_waiter()
        # It has not locked the review yet, which whoever wins a chargeback takes as well.
        PaymentReview.objects.select_for_update(nowait=True).get(id=review.id)
    worker.join(timeout=30)
    assert refused == ["money_charged_back"]


def doubled(provider: FakeProvider) -> tuple[Sale, PaymentReview]:
    """The buyer paid a second time for one order; the second payment is in suspense."""
    sale, receipt = make_sale(), stray_receipt(provider)
    start(sale)
    assign(receipt, sale)
    assigned = UUID(str(recorded("payments.CaptureReported")[-1]["attempt_id"]))
    paid = capture(sale, provider)
    for attempt_id in (paid, assigned):
        in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
    return sale, PaymentReview.objects.get(kind="DOUBLED_CAPTURE")


def test_a_top_up_in_suspense_that_the_bank_took_back_is_not_credited(
    provider: FakeProvider,
) -> None:
    user = make_user()
    started = start_top_up(user)
    report_top_up(provider, started.id, Money(9_000, "EUR"))
    review = PaymentReview.objects.get(kind="WRONG_AMOUNT")
    claim_id = claim(provider, review.provider_object_id, 9_000)
    hear(provider, claim_id)
    assert (wallet(user), suspense_minor()) == (0, 0)
    before = everything()
    with pytest.raises(MoneyChargedBack):
        resolve(review.id, Resolution.CREDIT)
    assert everything() == before
    provider.close_chargeback(claim_id, WON)
    hear(provider, claim_id)
    resolve(review.id, Resolution.CREDIT)
    assert (wallet(user), suspense_minor()) == (9_000, 0)


def test_of_a_top_up_in_suspense_the_rest_is_credited_and_what_is_won_after_it(
    provider: FakeProvider,
) -> None:
    user = make_user()
    started = start_top_up(user)
    report_top_up(provider, started.id, Money(9_000, "EUR"))
    review = PaymentReview.objects.get(kind="WRONG_AMOUNT")
    won, lost = (claim(provider, review.provider_object_id, minor) for minor in (3_000, 1_000))
    for claim_id in (won, lost):
        hear(provider, claim_id)
    resolve(review.id, Resolution.CREDIT)
    assert (wallet(user), suspense_minor()) == (5_000, 0)
    for _ in range(2):
        for claim_id, outcome in ((won, WON), (lost, LOST)):
            provider.close_chargeback(claim_id, outcome)
            hear(provider, claim_id)
    assert (wallet(user), suspense_minor()) == (8_000, 0)
    books_agree(provider)
    assert [r.name for r in run_audit(only="top-ups").results if r.differences] == []


@pytest.mark.django_db(transaction=True)
def test_who_credits_the_rest_waits_for_what_is_being_won_of_it(provider: FakeProvider) -> None:
    user = make_user()
    started = start_top_up(user)
    report_top_up(provider, started.id, Money(9_000, "EUR"))
    review = PaymentReview.objects.get(kind="WRONG_AMOUNT")
    claim_id = claim(provider, review.provider_object_id, 3_000)
    hear(provider, claim_id)
    provider.close_chargeback(claim_id, WON)

    def work() -> None:
        try:
            resolve(review.id, Resolution.CREDIT)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with joinable():
        hear(provider, claim_id)
        worker.start()
        wait_for_a_waiter()
    worker.join(timeout=30)
    assert (wallet(user), suspense_minor()) == (9_000, 0)


@pytest.mark.parametrize("outcome", ChargebackOutcome)
def test_another_amount_than_was_booked_is_shown_to_a_person_once(
    provider: FakeProvider, outcome: ChargebackOutcome
) -> None:
    review = stray_receipt(provider)
    claim_id = claim(provider, review.provider_object_id)
    hear(provider, claim_id)
    provider.chargebacks[claim_id] = replace(
        provider.chargebacks[claim_id], amount=Money(6_000, "EUR"), outcome=outcome
    )
    before = (suspense_minor(), clearing())
    assert hear(provider, claim_id) == "of another amount"
    assert hear(provider, claim_id) == "nothing new"
    assert (suspense_minor(), clearing()) == before
    wrong = PaymentReview.objects.get(kind="WRONG_AMOUNT")
    assert (wrong.amount_minor, wrong.in_suspense) == (6_000, False)
