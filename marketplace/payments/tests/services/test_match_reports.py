"""``match_report``: a provider's report beside our clearing account."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import get_balance
from marketplace.payments.ledger.reversal import reverse_journal
from marketplace.payments.models import LedgerJournal, Payout, ReconciliationItem
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    PayoutOutcome,
    ReportKind,
    ReportPage,
)
from marketplace.payments.repositories.reconciliation import read_overdue
from marketplace.payments.services import (
    hold_captured_funds,
    import_report,
    match_report,
    match_reports,
    submit_payouts,
)
from marketplace.payments.services.book_provider_fee import book_provider_fee
from marketplace.payments.services.book_unmatched_capture import book_unmatched_capture
from marketplace.payments.services.book_unmatched_chargeback import book_unmatched_chargeback
from marketplace.payments.tests.factories import (
    actor_for,
    capture,
    hold,
    in_transaction,
    make_bank_account,
    make_paid_seller,
    make_sale,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.reports import capture_line, line, open_items, reconcile
from marketplace.payments.tests.services.test_withdrawals import settle

pytestmark = pytest.mark.django_db


def test_a_capture_and_its_line_find_each_other(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    match_reports()
    assert open_items() == [("OURS", "PAYMENT", 10_000)]
    reconcile(provider, capture_line(sale))
    assert open_items() == []
    ours, theirs = ReconciliationItem.objects.order_by("side")
    assert ours.match_id == theirs.match_id == ours.id
    assert ours.subject == theirs.subject == str(sale.attempt.id)


def test_a_line_that_comes_before_our_own_record_waits_for_it(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = capture(sale, provider)
    reconcile(provider, capture_line(sale))
    assert open_items() == [("THEIRS", "PAYMENT", 10_000)]
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
    match_reports()
    assert open_items() == []


@pytest.mark.parametrize("known_by", ["object_id", "reference"])
def test_one_name_is_enough(provider: FakeProvider, known_by: str) -> None:
    sale = make_sale()
    hold(sale, provider)
    other = {"object_id": {"reference": ""}, "reference": {"object_id": "ch_other"}}[known_by]
    reconcile(provider, capture_line(sale, **other))
    assert open_items() == []


def test_running_it_again_changes_nothing(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    reconcile(provider, capture_line(sale), line())
    before = list(ReconciliationItem.objects.order_by("id").values())
    assert match_reports() == 0
    assert list(ReconciliationItem.objects.order_by("id").values()) == before


def test_another_amount_leaves_both_sides_open(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    reconcile(provider, capture_line(sale, amount_minor=9_900))
    assert open_items() == [("THEIRS", "PAYMENT", 9_900), ("OURS", "PAYMENT", 10_000)]
    assert len(set(ReconciliationItem.objects.values_list("subject", flat=True))) == 1


def test_another_currency_is_another_thing(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    reconcile(provider, capture_line(sale, currency="USD"))
    assert len(open_items()) == 2


def test_a_payment_with_its_fee_is_two_journals_and_the_fee_is_booked(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    hold(sale, provider)
    attempt = sale.attempt
    fee = line(ReportKind.FEE, -175, object_id=attempt.provider_payment_id or "")
    reconcile(provider, capture_line(sale), fee)
    assert open_items() == []
    assert get_balance(accounts.expense_psp_fee("EUR")) == Money(175, "EUR")
    journal = LedgerJournal.objects.get(kind="provider_fee")
    assert journal.business_key == f"psp-fee:sandbox:{attempt.provider_payment_id}"


def test_a_fee_that_the_report_names_otherwise_is_booked_once(provider: FakeProvider) -> None:
    """Stripe reports the charge; we know the payment by its session, and by our reference."""
    sale = make_sale()
    hold(sale, provider)
    attempt = sale.attempt
    in_transaction(
        book_provider_fee,
        provider="sandbox",
        provider_payment_id=attempt.provider_payment_id,
        payment_id=sale.payment_id,
        amount=Money(175, "EUR"),
    )
    fee = line(ReportKind.FEE, -175, object_id="ch_1", reference=str(attempt.id))
    reconcile(provider, capture_line(sale, object_id="ch_1"), fee)
    assert open_items() == []
    assert get_balance(accounts.expense_psp_fee("EUR")) == Money(175, "EUR")


def test_a_fee_of_another_amount_than_was_booked_stays_open(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    object_id = sale.attempt.provider_payment_id or ""
    reconcile(provider, capture_line(sale), line(ReportKind.FEE, -175, object_id=object_id))
    reconcile(provider, line(ReportKind.FEE, -25, object_id=object_id))
    assert open_items() == [("THEIRS", "FEE", -25)]


def test_a_payment_that_is_reported_net_is_one_line_and_two_entries(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    hold(sale, provider)
    object_id = sale.attempt.provider_payment_id or ""
    fee = line(ReportKind.FEE, -175, object_id=object_id)
    reconcile(provider, fee)
    reconcile(provider, capture_line(sale, amount_minor=9_825))
    # The fee had its own line here; what is left is 100.00 of ours beside 98.25 of theirs.
    assert open_items() == [("OURS", "PAYMENT", 10_000), ("THEIRS", "PAYMENT", 9_825)]
    reconcile(provider, capture_line(sale, amount_minor=175))
    assert open_items() == []


def test_a_settlement_is_booked_from_its_line(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    reconcile(
        provider, capture_line(sale), line(ReportKind.SETTLEMENT, -4_000, object_id="st:le_1")
    )
    assert open_items() == []
    assert get_balance(accounts.psp_clearing("sandbox", "EUR")) == Money(6_000, "EUR")
    assert LedgerJournal.objects.filter(business_key="settlement:sandbox:st:le_1").exists()


def test_a_payout_and_its_return_find_their_lines(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(6_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    )
    payout = Payout.objects.get(id=snapshot.id)
    submit_payouts()
    payout.refresh_from_db()
    settle(provider, payout, PayoutOutcome.PAID)
    settle(provider, payout, PayoutOutcome.RETURNED)
    object_id = payout.provider_payout_id or ""
    paid = line(ReportKind.PAYOUT, -6_000, object_id=object_id)
    returned = line(ReportKind.PAYOUT_RETURN, 6_000, object_id=object_id)
    reconcile(provider, paid, returned)
    assert open_items() == [("OURS", "PAYMENT", 10_000)]


def test_what_came_and_went_at_the_provider_alone_needs_no_journal(
    provider: FakeProvider,
) -> None:
    """A payout that failed at once: paid and returned in the report, never paid in our books."""
    there = line(ReportKind.PAYOUT, -500, object_id="po_1")
    reconcile(provider, there)
    assert open_items() == [("THEIRS", "PAYOUT", -500)]
    reconcile(provider, line(ReportKind.PAYOUT_RETURN, 500, object_id="po_1"))
    assert open_items() == []


def test_a_reversed_journal_needs_no_line(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    journal = LedgerJournal.objects.get(kind="escrow_hold")
    in_transaction(reverse_journal, journal_id=journal.id, reason="It was another shop's.")
    match_reports()
    assert open_items() == []


def test_foreign_money_in_suspense_finds_its_line(provider: FakeProvider) -> None:
    sale = make_sale()
    capture(sale, provider)
    observed = provider.payments[sale.attempt.provider_payment_id or ""]
    book_unmatched_capture(provider="sandbox", observed=Foreign.of(observed))
    reconcile(provider, line(amount_minor=10_000, object_id="pay_foreign", reference=str(uuid4())))
    assert open_items() == []


def test_a_foreign_chargeback_with_its_fee_is_one_entry_and_two_lines(
    provider: FakeProvider,
) -> None:
    object_id = provider.open_chargeback("pay_foreign", Money(5_000, "EUR"), Money(1_500, "EUR"))
    in_transaction(
        book_unmatched_chargeback, provider="sandbox", observed=provider.chargebacks[object_id]
    )
    taken = line(ReportKind.CHARGEBACK, -5_000, object_id=object_id)
    reconcile(provider, taken)
    assert len(open_items()) == 2
    reconcile(provider, line(ReportKind.CHARGEBACK_FEE, -1_500, object_id=object_id))
    assert open_items() == []
    provider.close_chargeback(object_id, ChargebackOutcome.WON)
    in_transaction(
        book_unmatched_chargeback, provider="sandbox", observed=provider.chargebacks[object_id]
    )
    reconcile(provider, line(ReportKind.CHARGEBACK_RETURN, 5_000, object_id=object_id))
    assert open_items() == []


class Foreign:
    @staticmethod
    def of(observed: Any) -> Any:
        from dataclasses import replace

        return replace(observed, id="pay_foreign", reference="not ours")


def test_several_of_the_same_pair_in_their_order(provider: FakeProvider) -> None:
    reconcile(provider, *(line(ReportKind.OTHER, 5, object_id="adj") for _ in range(3)))
    assert len(open_items()) == 3
    reconcile(provider, line(ReportKind.OTHER, -15, object_id="adj"))
    assert open_items() == []


def test_an_item_keeps_what_it_was_made_of(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    reconcile(provider, capture_line(sale))
    for statement in (
        "UPDATE payments_recon_item SET amount_minor = 1",
        "UPDATE payments_recon_item SET match_id = NULL, matched_at = NULL",
        "DELETE FROM payments_recon_item",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


class TestOverdue:
    """What is open is a breach only when it can no longer be under way."""

    GRACE = timedelta(hours=1)

    def overdue(self) -> list[tuple[str, str, int, int]]:
        rows = read_overdue("sandbox", grace_seconds=self.GRACE.total_seconds())
        return [(row.total.currency, row.side, row.items, row.total.amount_minor) for row in rows]

    def test_a_line_has_the_whole_grace_from_when_it_was_imported(
        self, provider: FakeProvider
    ) -> None:
        reconcile(provider, line(occurred_at=clock.now() - timedelta(days=3)))
        assert self.overdue() == []
        with clock.shifted(timedelta(minutes=61)):
            assert self.overdue() == [("EUR", "THEIRS", 1, 10_000)]

    def test_ours_is_missing_only_where_the_report_has_been_read(
        self, provider: FakeProvider
    ) -> None:
        hold(make_sale(), provider)
        match_report(provider="sandbox")
        with clock.shifted(timedelta(hours=3)):
            assert self.overdue() == [], "the report was never read"
            import_report(provider="sandbox")
            match_report(provider="sandbox")
            assert self.overdue() == [("EUR", "OURS", 1, 10_000)]

    def test_lines_that_wait_to_be_matched_hold_the_judgement_back(
        self, provider: FakeProvider
    ) -> None:
        sale = make_sale()
        hold(sale, provider)
        match_report(provider="sandbox")
        with clock.shifted(timedelta(hours=3)):
            provider.report.append(capture_line(sale))
            import_report(provider="sandbox")
            assert self.overdue() == []
            match_report(provider="sandbox")
            assert self.overdue() == []


@pytest.mark.django_db(transaction=True)
def test_two_matchers_at_the_same_moment_match_once(provider: FakeProvider) -> None:
    for _ in range(5):
        sale = make_sale()
        hold(sale, provider)
        provider.report.append(capture_line(sale))
    import_report(provider="sandbox")

    def run(_: int) -> None:
        try:
            match_report(provider="sandbox")
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, range(3)))
    assert open_items() == []
    assert ReconciliationItem.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_a_forgotten_transaction_elsewhere_holds_nothing_up(provider: FakeProvider) -> None:
    other = connection.copy()
    try:
        with transaction.atomic(using=None), connection.cursor():
            pass
        other.connect()
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_current_xact_id()")
        sale = make_sale()
        hold(sale, provider)
        reconcile(provider, capture_line(sale))
        assert open_items() == []
        assert match_report(provider="sandbox") == 0
    finally:
        other.close()


def test_unknown_ids_do_not_break_the_comparison(provider: FakeProvider) -> None:
    odd = [
        line(object_id="", reference=text)
        for text in ("-" * 36, str(new_id()).upper(), "order 17", "é")
    ]
    provider.read_report = lambda after: ReportPage(odd, "end", has_more=False)  # type: ignore[method-assign]
    reconcile(provider)
    assert len(open_items()) == 4
