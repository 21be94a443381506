"""A correction: a linked reversal, then a fresh posting of the same fact as it should be."""

from typing import Any

import pytest

from marketplace.core.money import Money
from marketplace.payments.errors import ProviderFeeDiffers, ReportLinesDiffer, SettlementDiffers
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import get_balance
from marketplace.payments.models import LedgerJournal, ReconciliationItem
from marketplace.payments.providers.protocol import ReportKind
from marketplace.payments.services import (
    ask_about_item,
    match_reports,
    reverse_posting,
)
from marketplace.payments.services.book_provider_fee import book_provider_fee
from marketplace.payments.tests.factories import (
    OPERATOR,
    Sale,
    hold,
    in_transaction,
    make_sale,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.reports import capture_line, line, open_items, reconcile
from marketplace.payments.tests.services.test_at_the_same_time import at_once, refused
from marketplace.payments.tests.services.test_record_settlement import enter, record

pytestmark = pytest.mark.django_db


def take_back(kind: str) -> None:
    newest = LedgerJournal.objects.filter(kind=kind).order_by("-id")[0]
    reverse_posting(journal_id=newest.id, actor=OPERATOR, reason="Typed wrongly")


def keys(kind: str) -> list[str]:
    rows = LedgerJournal.objects.filter(kind=kind).order_by("id")
    return list(rows.values_list("business_key", flat=True))


def balances(*kinds: Any) -> list[int]:
    return [get_balance(account).amount_minor for account in kinds]


def held(provider: FakeProvider) -> tuple[Sale, str]:
    sale = make_sale()
    hold(sale, provider)
    return sale, sale.attempt.provider_payment_id or ""


def test_a_settlement_that_was_entered_wrongly_is_taken_back_and_entered_again(
    provider: FakeProvider,
) -> None:
    sale, _ = held(provider)
    enter(settlement_id="st_1", amount=Money(400, "EUR"))
    reconcile(provider, capture_line(sale), line(ReportKind.SETTLEMENT, -4_000, object_id="st_1"))
    assert sorted(open_items()) == [
        ("OURS", "SETTLEMENT", -400),
        ("THEIRS", "SETTLEMENT", -4_000),
    ]
    with pytest.raises(SettlementDiffers, match="Take that journal back first"):
        enter(settlement_id="st_1", amount=Money(4_000, "EUR"))

    take_back("settlement")
    assert enter(settlement_id="st_1", amount=Money(4_000, "EUR"))
    assert not enter(settlement_id="st_1", amount=Money(4_000, "EUR"))
    match_reports()
    assert keys("settlement") == ["settlement:sandbox:st_1", "settlement-2:sandbox:st_1"]
    assert open_items() == []
    assert balances(accounts.psp_clearing("sandbox", "EUR"), accounts.bank("main", "EUR")) == [
        6_000,
        4_000,
    ]


def test_the_line_of_a_report_is_booked_when_what_was_in_its_place_is_gone(
    provider: FakeProvider,
) -> None:
    sale, _ = held(provider)
    enter(settlement_id="st_1", amount=Money(400, "EUR"))
    reconcile(provider, capture_line(sale), line(ReportKind.SETTLEMENT, -4_000, object_id="st_1"))
    item = ReconciliationItem.objects.get(side="THEIRS", kind="SETTLEMENT")
    with pytest.raises(SettlementDiffers):
        ask_about_item(item_id=item.id, actor=OPERATOR)
    take_back("settlement")
    assert ask_about_item(item_id=item.id, actor=OPERATOR) == "booked as the report says"
    assert open_items() == []


def test_who_repeats_what_was_taken_back_is_not_heard_unless_it_is_a_person() -> None:
    record()
    take_back("settlement")
    assert not record()
    assert enter()
    take_back("settlement")
    assert not record()
    assert record(amount=Money(1, "EUR")), "another amount is news"
    assert keys("settlement")[-1] == "settlement-3:sandbox:set_1"
    take_back("settlement")
    assert not record(), "what was taken back first is not heard either"


def test_a_fee_that_was_booked_wrongly_is_taken_back_and_booked_as_reported(
    provider: FakeProvider,
) -> None:
    sale, object_id = held(provider)
    reconcile(provider, capture_line(sale), line(ReportKind.FEE, -175, object_id=object_id))
    reconcile(provider, line(ReportKind.FEE, 175, object_id=object_id))
    reconcile(provider, line(ReportKind.FEE, -157, object_id=object_id))
    item = ReconciliationItem.objects.get(side="THEIRS", amount_minor=-157)
    with pytest.raises(ProviderFeeDiffers, match="Take that journal back first"):
        ask_about_item(item_id=item.id, actor=OPERATOR)

    take_back("provider_fee")
    assert ask_about_item(item_id=item.id, actor=OPERATOR) == "booked as the report says"
    assert keys("provider_fee") == [
        f"psp-fee:sandbox:{object_id}",
        f"psp-fee-2:sandbox:{object_id}",
    ]
    assert open_items() == []
    assert get_balance(accounts.expense_psp_fee("EUR")) == Money(157, "EUR")


def test_a_fee_that_was_right_and_was_taken_back_is_booked_by_its_line_again(
    provider: FakeProvider,
) -> None:
    sale, object_id = held(provider)
    reconcile(provider, capture_line(sale), line(ReportKind.FEE, -175, object_id=object_id))
    take_back("provider_fee")
    match_reports()
    assert open_items() == [("OURS", "FEE", 175)]
    item = ReconciliationItem.objects.get(match_id=None)
    assert ask_about_item(item_id=item.id, actor=OPERATOR) == "booked as the report says"
    assert open_items() == []
    assert get_balance(accounts.expense_psp_fee("EUR")) == Money(175, "EUR")


def test_of_several_lines_about_a_fee_the_one_is_booked_that_says_what_was_taken_back(
    provider: FakeProvider,
) -> None:
    sale, object_id = held(provider)
    reconcile(
        provider,
        capture_line(sale),
        line(ReportKind.FEE, -100, object_id=object_id),
        line(ReportKind.FEE, -50, object_id=object_id),
    )
    take_back("provider_fee")
    match_reports()
    assert sorted(open_items()) == [("OURS", "FEE", 100), ("THEIRS", "FEE", -50)]
    ours = ReconciliationItem.objects.get(match_id=None, side="OURS")
    assert ask_about_item(item_id=ours.id, actor=OPERATOR) == "booked as the report says"
    assert get_balance(accounts.expense_psp_fee("EUR")) == Money(100, "EUR")


def test_which_of_several_lines_about_a_fee_is_meant_is_not_guessed(
    provider: FakeProvider,
) -> None:
    sale, object_id = held(provider)
    in_transaction(
        book_provider_fee,
        provider="sandbox",
        provider_payment_id=object_id,
        payment_id=sale.payment_id,
        amount=Money(175, "EUR"),
    )
    reconcile(
        provider,
        capture_line(sale),
        line(ReportKind.FEE, -100, object_id=object_id),
        line(ReportKind.FEE, -50, object_id=object_id),
    )
    take_back("provider_fee")
    match_reports()
    before = open_items()
    ours = ReconciliationItem.objects.get(match_id=None, side="OURS", amount_minor=175)
    with pytest.raises(ReportLinesDiffer, match=r"-1\.00 EUR"):
        ask_about_item(item_id=ours.id, actor=OPERATOR)
    assert (open_items(), get_balance(accounts.expense_psp_fee("EUR")).amount_minor) == (before, 0)
    meant = ReconciliationItem.objects.get(match_id=None, side="THEIRS", amount_minor=-100)
    assert ask_about_item(item_id=meant.id, actor=OPERATOR) == "booked as the report says"
    assert get_balance(accounts.expense_psp_fee("EUR")) == Money(100, "EUR")


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_it_again_at_the_same_moment_book_it_once() -> None:
    record()
    take_back("settlement")
    outcomes = at_once(*[enter] * 3)
    assert refused(outcomes) == []
    assert sorted(outcomes) == [False, False, True]
    assert len(keys("settlement")) == 2
