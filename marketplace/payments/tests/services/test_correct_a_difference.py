"""A difference that was ended wrongly: taken back by its opposite, then ended as it should be."""

from uuid import UUID

import pytest

from marketplace.core.actor import Actor, Role
from marketplace.core.money import Money
from marketplace.payments.errors import ItemNotOpen
from marketplace.payments.ledger.audit import run_audit
from marketplace.payments.models import (
    LedgerJournal,
    PaymentReview,
    ReconciliationItem,
    ResolutionKind,
)
from marketplace.payments.providers.protocol import ReportKind
from marketplace.payments.services import (
    hold_captured_funds,
    match_reports,
    resolve_item,
    reverse_posting,
)
from marketplace.payments.services.book_unmatched_capture import book_unmatched_capture
from marketplace.payments.tests.factories import (
    actor_for,
    in_transaction,
    make_sale,
    make_user,
    report_capture,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.reports import line, open_items, reconcile
from marketplace.payments.tests.services.test_at_the_same_time import at_once, refused
from marketplace.payments.tests.services.test_resolve_item import balances, books, first_open
from marketplace.payments.tests.services.test_taken_back import start_unanswered

pytestmark = pytest.mark.django_db
SUSPENSE, WRITE_OFF = ResolutionKind.SUSPENSE, ResolutionKind.WRITE_OFF


def operator() -> Actor:
    return actor_for(make_user(Role.ADMIN))


def end(kind: ResolutionKind, minor: int, item_id: int | None = None) -> None:
    resolve_item(
        item_id=item_id or first_open().id,
        kind=kind,
        expected=Money(minor, "EUR"),
        actor=operator(),
        reason="Asked their support.",
    )


def take_back() -> UUID:
    newest = LedgerJournal.objects.filter(kind="difference").latest("id")
    return reverse_posting(journal_id=newest.id, actor=operator(), reason="It was something else")


def take_back_and_match() -> None:
    take_back()
    match_reports()


def keys() -> list[str]:
    rows = LedgerJournal.objects.filter(kind="difference").order_by("id")
    return list(rows.values_list("business_key", flat=True))


def audit_is_silent() -> bool:
    return [r.name for r in run_audit(only="suspense").results if r.differences] == []


def test_one_that_was_written_off_wrongly_is_put_into_suspense_and_the_other_way_round(
    provider: FakeProvider,
) -> None:
    reconcile(provider, line(ReportKind.OTHER, 500))
    ended = [first_open().id]
    end(WRITE_OFF, 500)
    for kind, expected in ((SUSPENSE, (500, 500, 0)), (WRITE_OFF, (500, 0, -500))):
        assert take_back() == take_back()
        match_reports()
        assert (open_items(), balances()) == ([("OURS", "OTHER", -500)], (0, 0, 0))
        assert audit_is_silent()
        ended.append(first_open().id)
        end(kind, 500)
        before = books()
        with pytest.raises(ItemNotOpen):
            end(kind, 500, ended[-1])
        assert books() == before
        assert (open_items(), balances(), audit_is_silent()) == ([], expected, True)
    assert keys() == [f"difference:{item_id}" for item_id in ended]


def test_foreign_money_that_was_written_off_is_put_into_suspense_under_its_own_name(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    start_unanswered(sale, provider)
    reconcile(provider, line(amount_minor=10_000, object_id="pay_1"))
    for _ in range(2):
        end(WRITE_OFF, 10_000)
        take_back_and_match()
    end(SUSPENSE, 10_000)
    assert (open_items(), balances()) == ([], (10_000, 10_000, 0))
    review = PaymentReview.objects.get(kind="UNMATCHED_CAPTURE")
    assert (review.provider_object_id, review.in_suspense) == ("pay_1", True)
    observed = provider.payments["pay_1"]
    assert book_unmatched_capture(provider="sandbox", observed=observed) == "nothing new"
    assert audit_is_silent()


def test_taking_back_a_write_off_closes_what_has_been_booked_after_all(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    attempt = start_unanswered(sale, provider)
    reconcile(provider, line(amount_minor=10_000, object_id="pay_1"))
    end(WRITE_OFF, 10_000)
    report_capture(provider, attempt.id)
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt.id)
    match_reports()
    assert open_items() == [("OURS", "PAYMENT", 10_000)]
    take_back_and_match()
    assert (open_items(), balances()) == ([], (10_000, 0, 0))


@pytest.mark.django_db(transaction=True)
def test_two_who_take_it_back_at_once_and_two_who_end_it_anew_do_it_once(
    provider: FakeProvider,
) -> None:
    reconcile(provider, line(ReportKind.OTHER, 500))
    end(WRITE_OFF, 500)
    outcomes = at_once(*[take_back] * 3)
    assert (refused(outcomes), len(set(outcomes))) == ([], 1)
    match_reports()
    item = ReconciliationItem.objects.get(match_id=None)
    outcomes = at_once(*[lambda: end(SUSPENSE, 500, item.id)] * 3)
    assert len(refused(outcomes)) == 2
    assert (open_items(), balances(), len(keys())) == ([], (500, 500, 0), 2)
