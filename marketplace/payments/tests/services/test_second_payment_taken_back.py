"""A second payment of one order that its payer's bank takes back, in whole or in part."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from marketplace.core.db import joinable
from marketplace.core.money import Money
from marketplace.core.testing.database import wait_for_a_waiter
from marketplace.payments.errors import (
    MoneyChargedBack,
    ReviewAlreadyResolved,
    ReviewNotRefundable,
)
from marketplace.payments.ledger.audit import run_audit
from marketplace.payments.models import PaymentReview, Refund
from marketplace.payments.providers.protocol import (
    RefundOutcome,
)
from marketplace.payments.services import (
    Resolution,
    submit_refunds,
)
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.tests.factories import (
    Sale,
    everything,
    hold,
    in_transaction,
    make_sale,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_chargebacks import (
    books_agree,
    close,
    open_one,
    tell,
)
from marketplace.payments.tests.services.test_hold_captured_funds import suspense_minor
from marketplace.payments.tests.services.test_resolve_review import resolve
from marketplace.payments.tests.services.test_taken_back import (
    LOST,
    WON,
    claim,
    doubled,
    hear,
)

pytestmark = pytest.mark.django_db


def failed_refund(sale: Sale, provider: FakeProvider, minor: int = 10_000) -> str:
    """A refund from suspense that fails after the bank took the payment back; the chargeback."""
    review = PaymentReview.objects.get(kind="DOUBLED_CAPTURE")
    resolve(review.id, Resolution.REFUND)
    submit_refunds()
    claim_id = claim(provider, review.provider_object_id, minor)
    tell(claim_id)
    fail(provider, Refund.objects.get())
    return claim_id


def fail(provider: FakeProvider, refund: Refund) -> None:
    object_id = provider.settle_refund(str(refund.id), RefundOutcome.FAILED)
    record_refund_observed(refund_id=refund.id, observed=provider.refunds[object_id])


def succeed(provider: FakeProvider, refund: Refund) -> None:
    submit_refunds()
    object_id = provider.settle_refund(str(refund.id), RefundOutcome.SUCCEEDED)
    record_refund_observed(refund_id=refund.id, observed=provider.refunds[object_id])


def test_a_second_payment_that_the_bank_took_back_is_not_refunded(provider: FakeProvider) -> None:
    _, review = doubled(provider)
    claim_id = claim(provider, review.provider_object_id)
    tell(claim_id)
    before = everything()
    with pytest.raises(MoneyChargedBack):
        resolve(review.id, Resolution.REFUND)
    assert everything() == before
    close(provider, claim_id, WON)
    resolve(review.id, Resolution.REFUND)
    assert (Refund.objects.get().amount_minor, suspense_minor()) == (10_000, 0)


def test_a_refund_from_suspense_that_fails_after_a_chargeback_is_not_paid_into_the_wallet(
    provider: FakeProvider,
) -> None:
    sale, _ = doubled(provider)
    claim_id = failed_refund(sale, provider)
    assert (wallet(sale.buyer), suspense_minor()) == (0, 0)
    review = PaymentReview.objects.get(kind="REFUNDED_AND_CHARGED_BACK")
    assert (review.amount_minor, review.in_suspense) == (10_000, True)
    with pytest.raises(MoneyChargedBack):
        resolve(review.id, Resolution.REFUND)
    close(provider, claim_id, WON)
    assert suspense_minor() == 10_000
    resolve(review.id, Resolution.REFUND)
    submit_refunds()
    assert (suspense_minor(), Refund.objects.count()) == (0, 2)
    books_agree(provider)


def test_of_a_part_charged_back_only_the_rest_goes_into_the_wallet(provider: FakeProvider) -> None:
    sale, _ = doubled(provider)
    failed_refund(sale, provider, 4_000)
    assert (wallet(sale.buyer), suspense_minor()) == (6_000, 0)
    books_agree(provider)


def lose_a_part(provider: FakeProvider, review: PaymentReview, minor: int = 4_000) -> str:
    """The bank took a part of it for good, and a person closed the chargeback's review."""
    claim_id = claim(provider, review.provider_object_id, minor)
    tell(claim_id)
    close(provider, claim_id, LOST)
    taken = PaymentReview.objects.get(provider_object_id=claim_id)
    resolve(taken.id, Resolution.CLOSE)
    return claim_id


def test_the_rest_of_a_second_payment_is_refunded_when_a_part_was_lost(
    provider: FakeProvider,
) -> None:
    sale, review = doubled(provider)
    claim_id = claim(provider, review.provider_object_id, 4_000)
    tell(claim_id)
    before = everything()
    with pytest.raises(MoneyChargedBack, match="close its review"):
        resolve(review.id, Resolution.REFUND)
    assert everything() == before
    close(provider, claim_id, LOST)
    resolve(PaymentReview.objects.get(kind="UNMATCHED_CHARGEBACK").id, Resolution.CLOSE)

    resolve(review.id, Resolution.REFUND)
    with pytest.raises(ReviewAlreadyResolved):
        resolve(review.id, Resolution.REFUND)

    assert (Refund.objects.get().amount_minor, suspense_minor()) == (6_000, 0)
    submit_refunds()
    fail(provider, Refund.objects.get())
    assert (wallet(sale.buyer), suspense_minor()) == (6_000, 0)
    books_agree(provider)


@pytest.mark.django_db(transaction=True)
def test_two_who_refund_the_rest_at_once_refund_it_once(provider: FakeProvider) -> None:
    _, review = doubled(provider)
    lose_a_part(provider, review)

    def work(_: int) -> str:
        try:
            resolve(review.id, Resolution.REFUND)
        except ReviewAlreadyResolved as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(work, range(2)))
    assert sorted(said) == ["done", ReviewAlreadyResolved.code]
    assert (Refund.objects.get().amount_minor, suspense_minor()) == (6_000, 0)
    in_transaction(books_agree, provider=provider)


def test_what_is_won_after_the_rest_was_refunded_is_shown_to_a_person_and_refunded(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    claim_id = lose_a_part(provider, review)
    resolve(review.id, Resolution.REFUND)
    for _ in range(2):
        close(provider, claim_id, WON)
    again = PaymentReview.objects.get(kind="CHARGEBACK_CONTRADICTION")
    assert (again.amount_minor, again.in_suspense, suspense_minor()) == (4_000, True, 4_000)
    before = everything()
    with pytest.raises(ReviewNotRefundable, match="under way"):
        resolve(again.id, Resolution.REFUND)
    assert everything() == before
    succeed(provider, Refund.objects.get())
    resolve(again.id, Resolution.REFUND)
    assert sorted(Refund.objects.values_list("amount_minor", flat=True)) == [4_000, 6_000]
    submit_refunds()
    assert suspense_minor() == 0
    books_agree(provider)


def test_of_two_parts_that_were_lost_the_rest_is_refunded_and_each_that_is_won_after_it(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    first, second = lose_a_part(provider, review, 3_000), lose_a_part(provider, review, 2_000)
    resolve(review.id, Resolution.REFUND)
    assert (Refund.objects.get().amount_minor, suspense_minor()) == (5_000, 0)
    succeed(provider, Refund.objects.get())
    for claim_id, minor in ((second, 2_000), (first, 3_000)):
        close(provider, claim_id, WON)
        again = PaymentReview.objects.get(kind="CHARGEBACK_CONTRADICTION", status="OPEN")
        assert (again.amount_minor, suspense_minor()) == (minor, minor)
        resolve(again.id, Resolution.REFUND)
        succeed(provider, Refund.objects.get(amount_minor=minor))
    assert suspense_minor() == 0
    books_agree(provider)


def test_what_is_won_while_another_part_waits_has_a_review_of_its_own(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    first = lose_a_part(provider, review)
    resolve(review.id, Resolution.REFUND)
    submit_refunds()
    second = claim(provider, review.provider_object_id, 6_000)
    tell(second)
    fail(provider, Refund.objects.get())
    close(provider, first, WON)
    close(provider, second, WON)
    assert suspense_minor() == 10_000
    for kind, left in (("CHARGEBACK_CONTRADICTION", 6_000), ("REFUNDED_AND_CHARGED_BACK", 0)):
        resolve(PaymentReview.objects.get(kind=kind).id, Resolution.REFUND)
        assert suspense_minor() == left
        succeed(provider, Refund.objects.latest("id"))
    books_agree(provider)


def test_what_is_won_before_anything_was_refunded_has_the_review_it_had(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    close(provider, lose_a_part(provider, review), WON)
    assert not PaymentReview.objects.filter(kind="CHARGEBACK_CONTRADICTION").exists()
    resolve(review.id, Resolution.REFUND)
    assert (Refund.objects.get().amount_minor, suspense_minor()) == (10_000, 0)


def test_what_came_back_of_an_order_s_chargeback_is_not_refunded_from_suspense(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    hold(sale, provider)
    claim_id = open_one(provider, sale)
    for outcome in (LOST, WON):
        close(provider, claim_id, outcome)
    before = everything()
    with pytest.raises(ReviewNotRefundable):
        resolve(PaymentReview.objects.get().id, Resolution.REFUND)
    assert everything() == before


def test_of_what_the_bank_took_in_another_currency_nobody_knows_the_rest(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    claim_id = provider.open_chargeback(
        review.provider_object_id, Money(4_000, "USD"), Money(0, "USD")
    )
    tell(claim_id)
    resolve(PaymentReview.objects.get(provider_object_id=claim_id).id, Resolution.CLOSE)
    before = everything()
    with pytest.raises(MoneyChargedBack, match="USD"):
        resolve(review.id, Resolution.REFUND)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_a_chargeback_waits_for_a_rest_that_is_being_refunded_and_the_refund_for_it(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    lose_a_part(provider, review)
    second = claim(provider, review.provider_object_id, 1_000)
    refused: list[str] = []

    def work() -> None:
        try:
            resolve(review.id, Resolution.REFUND)
        except MoneyChargedBack as error:
            refused.append(error.code)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with joinable():
        hear(provider, second)
        worker.start()
        wait_for_a_waiter()
    worker.join(timeout=30)
    assert (refused, Refund.objects.count()) == (["money_charged_back"], 0)


def test_a_rest_that_the_bank_takes_while_it_is_refunded_is_not_given_twice(
    provider: FakeProvider,
) -> None:
    sale, review = doubled(provider)
    lose_a_part(provider, review)
    resolve(review.id, Resolution.REFUND)
    submit_refunds()
    second = claim(provider, review.provider_object_id, 6_000)
    tell(second)
    fail(provider, Refund.objects.get())
    assert (wallet(sale.buyer), suspense_minor()) == (0, 0)
    close(provider, second, WON)
    resolve(PaymentReview.objects.get(kind="REFUNDED_AND_CHARGED_BACK").id, Resolution.REFUND)
    assert [refund.amount_minor for refund in Refund.objects.order_by("id")] == [6_000, 6_000]
    assert suspense_minor() == 0


def test_of_a_second_payment_that_was_lost_whole_nothing_is_refunded(
    provider: FakeProvider,
) -> None:
    _, review = doubled(provider)
    lose_a_part(provider, review, 10_000)
    before = everything()
    with pytest.raises(MoneyChargedBack):
        resolve(review.id, Resolution.REFUND)
    assert everything() == before


def test_a_refund_that_failed_and_was_sent_after_all_is_not_given_again(
    provider: FakeProvider,
) -> None:
    sale, _ = doubled(provider)
    claim_id = failed_refund(sale, provider)
    change_of_word(provider, RefundOutcome.SUCCEEDED)
    close(provider, claim_id, WON)
    review = PaymentReview.objects.get(kind="REFUNDED_AND_CHARGED_BACK")
    with pytest.raises(ReviewNotRefundable):
        resolve(review.id, Resolution.REFUND)


def test_what_is_won_while_a_refund_was_sent_after_all_is_there_once_that_fails_again(
    provider: FakeProvider,
) -> None:
    sale, review = doubled(provider)
    claim_id = lose_a_part(provider, review)
    resolve(review.id, Resolution.REFUND)
    submit_refunds()
    fail(provider, Refund.objects.get())
    change_of_word(provider, RefundOutcome.SUCCEEDED)
    close(provider, claim_id, WON)
    won = PaymentReview.objects.get(kind="CHARGEBACK_CONTRADICTION")
    assert won.amount_minor == 4_000
    with pytest.raises(MoneyChargedBack, match="Nothing is left"):
        resolve(won.id, Resolution.REFUND)
    change_of_word(provider, RefundOutcome.FAILED)
    assert (wallet(sale.buyer), suspense_minor()) == (6_000, 4_000)
    assert [r.name for r in run_audit(only="suspense").results if r.differences] == []
    resolve(won.id, Resolution.REFUND)
    assert suspense_minor() == 0


def change_of_word(provider: FakeProvider, outcome: RefundOutcome) -> None:
    refund = Refund.objects.get()
    object_id = provider.settle_refund(str(refund.id), outcome)
    record_refund_observed(
        refund_id=refund.id,
        observed=provider.refunds[object_id],
        known_standing=refund.standing,
    )
