"""The audit of suspense: silent over all that may happen, and it finds what may not."""

import pytest
from django.db import connection, transaction

from marketplace.core.actor import Role
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.ledger.audit import Tally, run_audit
from marketplace.payments.models import PaymentReview, Refund, ResolutionKind, ReviewKind
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    PayoutOutcome,
    RefundOutcome,
    ReportKind,
)
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.services import Resolution, submit_payouts
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.suspense import check_suspense
from marketplace.payments.tests.factories import (
    actor_for,
    hold,
    in_transaction,
    make_paid_seller,
    make_sale,
    make_user,
    report_top_up,
    start_top_up,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.reports import line, reconcile
from marketplace.payments.tests.services.test_assign_receipt import assign, receive, stray_receipt
from marketplace.payments.tests.services.test_chargebacks import close, open_one, tell
from marketplace.payments.tests.services.test_hold_captured_funds import suspense_minor
from marketplace.payments.tests.services.test_resolve_item import first_open
from marketplace.payments.tests.services.test_resolve_item import resolve as resolve_difference
from marketplace.payments.tests.services.test_resolve_review import resolve
from marketplace.payments.tests.services.test_second_payment_taken_back import (
    failed_refund,
    lose_a_part,
)
from marketplace.payments.tests.services.test_taken_back import claim, doubled
from marketplace.payments.tests.services.test_withdrawals import settle, withdraw

pytestmark = pytest.mark.django_db
WON, LOST = ChargebackOutcome.WON, ChargebackOutcome.LOST


def found() -> list[str]:
    return list(check_suspense(Tally()))


@pytest.fixture
def books(provider: FakeProvider) -> FakeProvider:
    """One of everything that moves suspense; what it says of itself is in each line's comment."""
    reconcile(provider, line(ReportKind.REFUND, -300))
    operator = actor_for(make_user(Role.ADMIN))
    resolve_difference(operator, ResolutionKind.SUSPENSE, -300, item_id=first_open().id)  # -3.00
    stray_receipt(provider)  # 100.00 wait
    sale, review = make_sale(), stray_receipt(provider)
    assign(review, sale)
    receive(sale)
    refund_sent_after_all(provider)  # -100.00
    top_up_lost_and_won(provider)
    sale = make_sale()
    hold(sale, provider)
    claim_id = open_one(provider, sale)
    close(provider, claim_id, LOST)
    close(provider, claim_id, WON)  # 100.00: given back after it was lost
    payout = withdraw(make_paid_seller(provider))
    submit_payouts()
    settle(provider, payout, PayoutOutcome.FAILED)
    settle(provider, payout, PayoutOutcome.PAID)  # -60.00: paid after it had come back
    return provider


def refund_sent_after_all(provider: FakeProvider) -> None:
    """Refunded, taken by the bank in part, failed, and sent after all."""
    sale, _ = doubled(provider)
    failed_refund(sale, provider, 4_000)
    refund = Refund.objects.get()
    object_id = provider.settle_refund(str(refund.id), RefundOutcome.SUCCEEDED)
    record_refund_observed(
        refund_id=refund.id,
        observed=provider.refunds[object_id],
        known_standing=refund.standing,
    )


def top_up_lost_and_won(provider: FakeProvider) -> None:
    """Of another amount than was asked, credited as it came, taken by the bank and given back."""
    top_up = start_top_up(make_user())
    report_top_up(provider, top_up.id, Money(9_000, "EUR"))
    review = PaymentReview.objects.get(subject_id=top_up.id)
    resolve(review.id, Resolution.CREDIT)
    claim_id = claim(provider, review.provider_object_id, 2_000)
    tell(claim_id)
    close(provider, claim_id, WON)


def test_it_says_of_all_that_may_happen_nothing_but_what_is_there(books: FakeProvider) -> None:
    tally = Tally()
    assert list(check_suspense(tally)) == []
    assert (suspense_minor(), tally.note) == (3_700, "suspense:sandbox 37.00 EUR")
    assert "suspense holds what its causes and reviews say" in {r.name for r in run_audit().results}


WAITS = "kind = 'UNMATCHED_CAPTURE' AND status = 'OPEN'"
REOPEN = "status = 'OPEN', resolution = '', resolved_at = NULL"
CLOSE = "status = 'RESOLVED', resolved_at = now(), resolved_reason = 'Done', resolution = "
REVIEWS_ALTERED = {
    "a wrong amount": (
        f"amount_minor = 9999 WHERE {WAITS}",
        "moved it by 100.00 EUR, and what caused it says 99.99 EUR",
    ),
    "another provider": (f"provider = 'stripe' WHERE {WAITS}", "suspense:stripe"),
    "another currency": (f"currency = 'USD' WHERE {WAITS}", "says 100.00 USD"),
    "still open after the refund": (
        f"{REOPEN} WHERE kind = 'DOUBLED_CAPTURE'",
        "say that it left suspense 0 times, and it did 1",
    ),
    "still open after it was assigned": (
        f"{REOPEN} WHERE resolution = 'ASSIGN'",
        "say that it left suspense 0 times, and it did 1",
    ),
    "closed by a refund that is not there": (
        f"{CLOSE} 'REFUND' WHERE kind = 'REFUNDED_AND_CHARGED_BACK'",
        "say that it left suspense 2 times, and it did 1",
    ),
    "of a top-up that was credited, and it says nothing of it": (
        "resolution = 'CLOSE' WHERE resolution = 'CREDIT'",
        "say that it left suspense 0 times, and it did 1",
    ),
    "assigned to no order": (
        f"{CLOSE} 'ASSIGN' WHERE {WAITS}",
        "say that it left suspense 1 times, and it did 0",
    ),
    "a chargeback of another amount": (
        "amount_minor = 5000 WHERE kind = 'UNMATCHED_CHARGEBACK' AND payment_id IS NOT NULL",
        "moved it by -40.00 EUR, and what caused it says -50.00 EUR",
    ),
    "a won chargeback of another amount": (
        "amount_minor = 5000 WHERE kind = 'UNMATCHED_CHARGEBACK' AND payment_id IS NULL",
        "unmatched-chargeback-returned",
    ),
}
REVIEWS_GONE = {
    "of a receipt": (WAITS, "100.00"),
    "of an assigned receipt": ("resolution = 'ASSIGN' AND provider_payment_id = ''", "100.00"),
    "of what the bank took": ("kind = 'UNMATCHED_CHARGEBACK' AND payment_id IS NOT NULL", "-40.00"),
    "of a payout paid after all": ("kind = 'PAYOUT_CONTRADICTION'", "-60.00"),
    "of a refund sent after all": ("kind = 'REFUND_CONTRADICTION'", "-100.00"),
    "of a chargeback won after all": ("kind = 'CHARGEBACK_CONTRADICTION'", "100.00"),
    "of what a failed refund put back": ("kind = 'REFUNDED_AND_CHARGED_BACK'", "40.00"),
}


def planted(statement: str) -> list[str]:
    """What the audit says when the tables hold what no code of ours writes; they do not after."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE payments_item_resolution DISABLE TRIGGER USER")
        cursor.execute(statement)
        assert cursor.rowcount, "the books do not hold what is to be altered"
        said = found()
        transaction.set_rollback(True)
    return said


def test_it_finds_a_review_that_says_something_else(books: FakeProvider) -> None:
    for name, (change, sentence) in REVIEWS_ALTERED.items():
        said = planted(f"UPDATE payments_payment_review SET {change}")
        assert any(sentence in each for each in said), (name, said)
    assert found() == []


def test_it_finds_money_that_nobody_is_to_look_at(books: FakeProvider) -> None:
    for name, (which, amount) in REVIEWS_GONE.items():
        said = planted(f"DELETE FROM payments_payment_review WHERE {which}")
        sentence = f"moved it by {amount} EUR, and what caused it says 0.00 EUR"
        assert any(sentence in each for each in said), (name, said)


def test_it_finds_a_refund_and_a_difference_of_another_amount(books: FakeProvider) -> None:
    said = planted("UPDATE payments_refund SET amount_minor = 9000 WHERE source = 'SUSPENSE'")
    assert "moved it by -100.00 EUR, and what caused it says -90.00 EUR" in "".join(said)
    said = planted("UPDATE payments_item_resolution SET amount_minor = -200")
    assert "moved it by -3.00 EUR, and what caused it says -2.00 EUR" in "".join(said)


def test_it_finds_money_that_nothing_put_there(provider: FakeProvider) -> None:
    with transaction.atomic():
        postings.post_unmatched_receipt(
            subject_id=new_id(),
            reference_id=new_id(),
            provider="sandbox",
            amount=Money(500, "EUR"),
        )
    assert "moved it by 5.00 EUR, and what caused it says 0.00 EUR" in found()[0]


def test_it_finds_a_review_of_money_that_never_came(provider: FakeProvider) -> None:
    in_transaction(
        open_review,
        kind=ReviewKind.UNMATCHED_CAPTURE,
        subject_id=new_id(),
        provider="sandbox",
        amount=Money(500, "EUR"),
        in_suspense=True,
        note="The provider collected money.",
    )
    assert "moved it by 0.00 EUR, and what caused it says 5.00 EUR" in found()[0]


def test_it_finds_what_is_left_of_a_capture_and_no_review_says_so(provider: FakeProvider) -> None:
    _, review = doubled(provider)
    claim_id = lose_a_part(provider, review)
    resolve(review.id, Resolution.REFUND)
    close(provider, claim_id, WON)
    assert found() == []
    said = planted("DELETE FROM payments_payment_review WHERE kind = 'CHARGEBACK_CONTRADICTION'")
    assert "40.00 EUR of it wait in suspense, and its reviews say 0.00 EUR" in said[0]


def test_it_finds_what_came_back_after_its_review_was_closed(provider: FakeProvider) -> None:
    review = stray_receipt(provider)
    claim_id = claim(provider, review.provider_object_id, 4_000)
    tell(claim_id)
    resolve(review.id, Resolution.CLOSE)
    close(provider, claim_id, WON)
    assert found() == []
    said = planted(
        "UPDATE payments_payment_review SET status = 'RESOLVED', resolution = 'CLOSE', "
        "resolved_reason = 'The bank has it', resolved_at = created_at "
        "WHERE kind = 'UNMATCHED_CAPTURE'"
    )
    assert "40.00 EUR of it came back after its review" in said[0]
    resolve(review.id, Resolution.CLOSE)
    assert found() == [], "and a person has looked since"


def test_what_a_person_closed_may_stay_there(provider: FakeProvider) -> None:
    review = stray_receipt(provider)
    resolve(review.id, Resolution.CLOSE)
    assert (found(), suspense_minor()) == ([], 10_000)
