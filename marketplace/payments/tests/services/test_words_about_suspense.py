"""A provider that changes its word about money in suspense, more than once: it is never unseen."""

import threading
from importlib import import_module

import pytest
from django.db import connection
from django.db.models import F

from marketplace.core.db import joinable
from marketplace.core.events.testing import recorded
from marketplace.core.money import Money
from marketplace.core.testing.database import wait_for_a_waiter
from marketplace.payments.errors import MoneyChargedBack, ReviewNotRefundable
from marketplace.payments.ledger.audit import run_audit
from marketplace.payments.models import PaymentReview, Refund
from marketplace.payments.providers.protocol import RefundOutcome
from marketplace.payments.services import HoldOutcome, Resolution
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.tests.factories import (
    escrow,
    everything,
    make_sale,
    make_user,
    report_top_up,
    start_top_up,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_assign_receipt import assign, receive, stray_receipt
from marketplace.payments.tests.services.test_chargebacks import books_agree
from marketplace.payments.tests.services.test_hold_captured_funds import suspense_minor
from marketplace.payments.tests.services.test_resolve_review import resolve
from marketplace.payments.tests.services.test_second_payment_taken_back import (
    lose_a_part,
    succeed,
)
from marketplace.payments.tests.services.test_taken_back import (
    LOST,
    NO_FEE,
    WON,
    claim,
    doubled,
    hear,
)

pytestmark = pytest.mark.django_db


def say(provider: FakeProvider, claim_id: str, outcome: str) -> str:
    provider.close_chargeback(claim_id, WON if outcome == "won" else LOST)
    return hear(provider, claim_id)


def say_of_refund(provider: FakeProvider, refund: Refund, outcome: RefundOutcome) -> str:
    refund.refresh_from_db()
    object_id = provider.settle_refund(str(refund.id), outcome)
    return record_refund_observed(
        refund_id=refund.id,
        observed=provider.refunds[object_id],
        known_standing=refund.standing,
    )


def waits() -> list[tuple[str, int]]:
    """The open reviews of money that is in suspense."""
    rows = PaymentReview.objects.filter(status="OPEN", in_suspense=True).order_by("id")
    return list(rows.values_list("kind", "amount_minor"))


def audit_is_silent() -> bool:
    return [r.name for r in run_audit(only="suspense").results if r.differences] == []


def test_what_a_refund_gives_back_that_fails_again_is_shown_though_its_review_has_ended(
    provider: FakeProvider,
) -> None:
    sale, review = doubled(provider)
    claim_id = lose_a_part(provider, review, 6_000)
    resolve(review.id, Resolution.REFUND)
    first = Refund.objects.get()
    succeed(provider, first)
    assert say(provider, claim_id, "won") == "returned from suspense"
    say_of_refund(provider, first, RefundOutcome.FAILED)
    say_of_refund(provider, first, RefundOutcome.SUCCEEDED)
    won = PaymentReview.objects.get(kind="CHARGEBACK_CONTRADICTION")
    resolve(won.id, Resolution.REFUND)  # of 60.00 only 20.00 are there
    second = Refund.objects.latest("id")
    assert (second.amount_minor, suspense_minor(), waits()) == (2_000, 0, [])

    failed, succeeded = RefundOutcome.FAILED, RefundOutcome.SUCCEEDED
    for outcomes in ([failed], [failed], [succeeded, failed]):
        for outcome in outcomes:
            say_of_refund(provider, first, outcome)
        assert (suspense_minor(), waits()) == (4_000, [("REFUND_CONTRADICTION", 4_000)])
    assert wallet(sale.buyer) == 4_000
    assert audit_is_silent()
    shown = PaymentReview.objects.get(status="OPEN", in_suspense=True)
    with pytest.raises(ReviewNotRefundable, match="under way"):
        resolve(shown.id, Resolution.REFUND)
    succeed(provider, second)
    resolve(shown.id, Resolution.REFUND)
    succeed(provider, Refund.objects.latest("id"))
    assert (suspense_minor(), audit_is_silent()) == (0, True)
    books_agree(provider)


def test_a_refund_that_fails_again_shows_nothing_that_a_review_shows_already(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    claim_id = lose_a_part(provider, review, 6_000)
    resolve(review.id, Resolution.REFUND)
    refund = Refund.objects.get()
    succeed(provider, refund)
    say(provider, claim_id, "won")
    for outcome in (RefundOutcome.FAILED, RefundOutcome.SUCCEEDED, RefundOutcome.FAILED):
        say_of_refund(provider, refund, outcome)
    assert (suspense_minor(), waits()) == (6_000, [("CHARGEBACK_CONTRADICTION", 6_000)])


def test_each_change_of_word_about_a_chargeback_is_shown_once_and_books_nothing(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    claim_id = lose_a_part(provider, review)
    resolve(review.id, Resolution.REFUND)
    succeed(provider, Refund.objects.get())
    say(provider, claim_id, "won")
    for outcome in ("lost", "won", "lost", "won"):
        shown = PaymentReview.objects.filter(kind="CHARGEBACK_CONTRADICTION").count()
        assert say(provider, claim_id, outcome) == f"{outcome} again"
        before = everything()
        assert say(provider, claim_id, outcome) == "nothing new"
        assert everything() == before
        words = PaymentReview.objects.filter(kind="CHARGEBACK_CONTRADICTION")
        assert (words.count(), suspense_minor()) == (shown + 1, 4_000)
    assert waits() == [("CHARGEBACK_CONTRADICTION", 4_000)], "the same money is shown once"
    assert audit_is_silent()
    books_agree(provider)


def test_whoever_may_have_lost_it_again_gets_nothing_before_a_person_has_looked_again(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    claim_id = lose_a_part(provider, review)
    for outcome in ("won", "lost", "won"):
        say(provider, claim_id, outcome)
    for word in PaymentReview.objects.filter(kind="CHARGEBACK_CONTRADICTION"):
        resolve(word.id, Resolution.CLOSE)
    say(provider, claim_id, "lost")
    with pytest.raises(MoneyChargedBack, match="said to be lost"):
        resolve(review.id, Resolution.REFUND)
    resolve(PaymentReview.objects.get(status="OPEN", in_suspense=False).id, Resolution.CLOSE)
    resolve(review.id, Resolution.REFUND)
    assert (Refund.objects.get().amount_minor, suspense_minor()) == (10_000, 0)


def test_what_is_won_again_after_its_reviews_were_closed_is_shown_and_refunded(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    claim_id = lose_a_part(provider, review)
    resolve(review.id, Resolution.REFUND)
    succeed(provider, Refund.objects.get())
    for outcome in ("won", "lost"):
        say(provider, claim_id, outcome)
    for word in PaymentReview.objects.filter(kind="CHARGEBACK_CONTRADICTION"):
        resolve(word.id, Resolution.CLOSE)
    assert (suspense_minor(), waits()) == (4_000, [])
    say(provider, claim_id, "won")
    assert waits() == [("CHARGEBACK_CONTRADICTION", 4_000)]
    resolve(PaymentReview.objects.get(status="OPEN").id, Resolution.REFUND)
    succeed(provider, Refund.objects.latest("id"))
    assert (suspense_minor(), waits(), audit_is_silent()) == (0, [], True)
    books_agree(provider)


def test_a_stray_receipt_that_was_closed_is_shown_again_when_its_chargeback_is_won(
    provider: FakeProvider,
) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    claim_id = claim(provider, review.provider_object_id, 4_000)
    hear(provider, claim_id)
    resolve(review.id, Resolution.CLOSE, reason="The bank has it")
    for _ in range(2):
        say(provider, claim_id, "won")
        review.refresh_from_db()
        assert (review.status, review.resolution) == ("OPEN", "")
        assert (review.resolved_by, review.resolved_reason) == (None, "")
    assert len(opened(review)) == 2
    assert "The bank has it" in review.note
    assert f"Chargeback {claim_id} of 40.00 EUR" in review.note
    assert (suspense_minor(), waits(), audit_is_silent()) == (
        10_000,
        [("UNMATCHED_CAPTURE", 10_000)],
        True,
    )
    assign(review, sale)
    assert receive(sale) is HoldOutcome.HELD
    assert (escrow(sale), suspense_minor(), audit_is_silent()) == (10_000, 0, True)


def test_a_top_up_that_was_closed_is_shown_again_when_its_chargeback_is_won(
    provider: FakeProvider,
) -> None:
    user = make_user()
    report_top_up(provider, start_top_up(user).id, Money(9_000, "EUR"))
    review = PaymentReview.objects.get(kind="WRONG_AMOUNT")
    claim_id = claim(provider, review.provider_object_id, 9_000)
    hear(provider, claim_id)
    resolve(review.id, Resolution.CLOSE)
    say(provider, claim_id, "won")
    assert waits() == [("WRONG_AMOUNT", 9_000)]
    resolve(review.id, Resolution.CREDIT)
    assert (wallet(user), suspense_minor(), audit_is_silent()) == (9_000, 0, True)


def test_what_was_closed_before_it_came_back_is_opened_by_the_migration(
    provider: FakeProvider,
) -> None:
    closed_before, closed_since, untouched = (stray_receipt(provider) for _ in range(3))
    for review in (closed_before, closed_since):
        claim_id = claim(provider, review.provider_object_id, 4_000)
        hear(provider, claim_id)
        say(provider, claim_id, "won")
    for review in (closed_before, closed_since, untouched):
        resolve(review.id, Resolution.CLOSE)
    PaymentReview.objects.filter(id=closed_before.id).update(resolved_at=F("created_at"))
    assert not audit_is_silent()
    migration = import_module("marketplace.payments.migrations.0039_closed_receipts_that_came_back")
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(migration.REOPEN)
        still_open = PaymentReview.objects.filter(status="OPEN", in_suspense=True)
        assert [review.id for review in still_open] == [closed_before.id]
    assert audit_is_silent()


def test_what_was_won_before_its_review_named_the_payment_is_refunded_as_well(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    claim_id = lose_a_part(provider, review)
    resolve(review.id, Resolution.REFUND)
    succeed(provider, Refund.objects.get())
    say(provider, claim_id, "won")
    won = PaymentReview.objects.filter(kind="CHARGEBACK_CONTRADICTION")
    won.update(provider_payment_id="")
    assert audit_is_silent()
    resolve(won.get().id, Resolution.REFUND)
    assert (Refund.objects.latest("id").amount_minor, suspense_minor()) == (4_000, 0)
    assert audit_is_silent()


def test_a_stray_receipt_that_was_not_closed_keeps_its_review_as_it_is(
    provider: FakeProvider,
) -> None:
    review = stray_receipt(provider)
    claim_id = claim(provider, review.provider_object_id, 4_000)
    hear(provider, claim_id)
    note = review.note
    say(provider, claim_id, "won")
    review.refresh_from_db()
    assert (review.note, len(opened(review))) == (note, 1)


def test_what_came_back_in_another_currency_is_nothing_of_a_closed_receipt(
    provider: FakeProvider,
) -> None:
    review = stray_receipt(provider)
    claim_id = provider.open_chargeback(review.provider_object_id, Money(4_000, "USD"), NO_FEE)
    hear(provider, claim_id)
    resolve(review.id, Resolution.CLOSE)
    say(provider, claim_id, "won")
    assert (waits(), audit_is_silent()) == ([], True)


def test_each_change_of_word_shows_a_closed_receipt_again(provider: FakeProvider) -> None:
    review = stray_receipt(provider)
    claim_id = claim(provider, review.provider_object_id, 4_000)
    for outcome in ("won", "lost"):
        say(provider, claim_id, outcome)
    with pytest.raises(MoneyChargedBack, match="said to be lost"):
        assign(review, make_sale())
    for shown in PaymentReview.objects.filter(status="OPEN"):
        resolve(shown.id, Resolution.CLOSE)
    say(provider, claim_id, "won")
    assert waits() == [("UNMATCHED_CAPTURE", 10_000)]
    assert say(provider, claim_id, "lost") == "lost again"
    with pytest.raises(MoneyChargedBack, match="said to be lost"):
        assign(review, make_sale())


@pytest.mark.django_db(transaction=True)
def test_who_closes_it_while_it_is_being_won_does_not_end_it_unseen(
    provider: FakeProvider,
) -> None:
    review = stray_receipt(provider)
    claim_id = claim(provider, review.provider_object_id, 4_000)
    hear(provider, claim_id)
    said: list[str] = []

    def work() -> None:
        try:
            said.append(say(provider, claim_id, "won"))
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with joinable():
        resolve(review.id, Resolution.CLOSE)
        worker.start()
        wait_for_a_waiter()
    worker.join(timeout=30)
    assert said == ["returned from suspense"]
    assert (waits(), audit_is_silent()) == ([("UNMATCHED_CAPTURE", 10_000)], True)


def opened(review: PaymentReview) -> list[dict[str, object]]:
    """How often people were told of it."""
    told = recorded("payments.PaymentReviewOpened")
    return [each for each in told if str(each["review_id"]) == str(review.id)]
