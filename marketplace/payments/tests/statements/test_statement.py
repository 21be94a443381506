"""A statement always adds up, to the ledger and in itself, whatever commits in which order."""

import csv
import io
import json
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import StatementPeriodInvalid, StatementTooLong
from marketplace.payments.ledger import accounts, periods
from marketplace.payments.ledger.balances import get_balance, get_balance_at
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.periods import Kept, list_period, read_period
from marketplace.payments.ledger.posting import credit, debit
from marketplace.payments.ledger.tests.books import TABLES, hold, post, release, top_up
from marketplace.payments.statements.csv_file import as_text, write_csv
from marketplace.payments.statements.json_file import write_json
from marketplace.payments.statements.pdf_file import write_pdf
from marketplace.payments.statements.statement import Statement, make_statement

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def statement_of(user_id: UUID, *, days: int = 1) -> Statement:
    today = clock.database_now().date()
    return make_statement(
        user_id=user_id,
        currency="EUR",
        starts_on=today - timedelta(days=days),
        ends_on=today,
    )


@contextmanager
def unguarded() -> Iterator[Any]:
    """The tables without their triggers, to write a past that no test can wait for."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE payments_ledger_{table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE payments_ledger_{table} ENABLE TRIGGER USER")


def redate(user_id: UUID, *moments: datetime) -> None:
    """Put the wallet's entries, in their order, at these moments."""
    with unguarded() as cursor:
        for version, moment in enumerate(moments, start=1):
            cursor.execute(
                "UPDATE payments_ledger_entry SET posted_at = %s WHERE account_version = %s AND"
                " account_id = (SELECT id FROM payments_ledger_account WHERE code = %s)",
                [moment, version, f"user:{user_id}:wallet"],
            )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_opening_lines_and_closing_are_the_ledgers() -> None:
    seller_id, order_id = new_id(), new_id()
    top_up(seller_id, 500)
    hold(order_id, 10_000)
    release(order_id, seller_id, gross=10_000, commission=900, tax=100)
    statement = statement_of(seller_id)
    lines = list(statement.lines())
    assert [line.amount.amount_minor for line in lines] == [500, 9_000]
    assert [line.balance.amount_minor for line in lines] == [500, 9_500]
    assert [line.description for line in lines] == ["Top-up", "Sale released"]
    assert lines[1].reference_id == order_id
    assert statement.closing == get_balance(accounts.user_wallet(seller_id, "EUR"))
    assert (statement.money_in.amount_minor, statement.money_out.amount_minor) == (9_500, 0)
    assert {t.type: t.count for t in statement.totals} == {"wallet_top_up": 1, "escrow_release": 1}


def test_days_are_cut_at_midnight_utc_to_the_microsecond() -> None:
    user_id = new_id()
    for number in range(4):
        top_up(user_id, 10**number, key=f"{user_id}{number}")
    redate(
        user_id,
        at("2026-10-31T23:59:59.999999"),
        at("2026-11-01T00:00:00"),
        at("2026-11-02T23:59:59.999999"),
        at("2026-11-03T00:00:00"),
    )
    with clock.frozen(at("2026-11-20T12:00:00")):
        statement = make_statement(
            user_id=user_id,
            currency="EUR",
            starts_on=date(2026, 11, 1),
            ends_on=date(2026, 11, 2),
        )
    assert [line.amount.amount_minor for line in statement.lines()] == [10, 100]
    assert (statement.opening.amount_minor, statement.closing.amount_minor) == (1, 111)
    assert statement.is_final


@given(cuts=st.lists(st.integers(0, 40), max_size=6))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_statements_of_adjoining_periods_join_without_a_gap(cuts: list[int]) -> None:
    with transaction.atomic():
        user_id = new_id()
        days = [at("2026-09-01T08:00:00") + timedelta(days=n * 3) for n in range(12)]
        for number in range(len(days)):
            top_up(user_id, number + 1, key=f"{user_id}{number}")
        redate(user_id, *days)
        first, last = date(2026, 8, 31), date(2026, 10, 20)
        bounds = sorted({first + timedelta(days=cut) for cut in cuts} | {first, last})
        held, seen = 0, 0
        with clock.frozen(at("2026-11-20T12:00:00")):
            for starts_on, until in pairwise(bounds):
                part = make_statement(
                    user_id=user_id,
                    currency="EUR",
                    starts_on=starts_on,
                    ends_on=until - timedelta(days=1),
                )
                assert part.opening.amount_minor == held
                moved = sum(line.amount.amount_minor for line in part.lines())
                assert part.opening.amount_minor + moved == part.closing.amount_minor
                held, seen = part.closing.amount_minor, seen + part.line_count
        assert (held, seen) == (sum(range(1, 13)), 12)
        transaction.set_rollback(True)


def test_a_wallet_that_was_never_used_has_an_empty_statement() -> None:
    statement = statement_of(new_id())
    assert (list(statement.lines()), statement.line_count) == ([], 0)
    assert (statement.opening.amount_minor, statement.closing.amount_minor) == (0, 0)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "said"),
    [
        (TODAY, TODAY - timedelta(days=1), "must not be after"),
        (TODAY + timedelta(days=1), TODAY + timedelta(days=2), "in the future"),
        (TODAY - timedelta(days=366), TODAY, "at most 366 days"),
        (date.min, date.min, "must not be before 1970-01-01"),
    ],
)
def test_a_period_that_no_statement_can_have_is_refused(
    starts_on: date, ends_on: date, said: str
) -> None:
    with clock.frozen(at("2026-11-22T12:00:00")), pytest.raises(StatementPeriodInvalid, match=said):
        make_statement(user_id=new_id(), currency="EUR", starts_on=starts_on, ends_on=ends_on)


def test_today_is_preliminary() -> None:
    assert not statement_of(new_id()).is_final


@pytest.mark.django_db(transaction=True)
def test_mistake_12_the_past_goes_by_the_order_of_the_lock_not_of_the_start() -> None:
    """A transaction that began earlier posts and commits later: its line comes later, too."""
    user_id = new_id()
    top_up(user_id, 1)
    wallet = accounts.user_wallet(user_id, "EUR")
    began, go_on = threading.Event(), threading.Event()

    def early() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT now()")
            began.set()
            assert go_on.wait(30)
            top_up(user_id, 100, key=f"early {user_id}")
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(early)
        assert began.wait(30)
        top_up(user_id, 10, key=f"late {user_id}")
        between = clock.database_now()
        before = get_balance_at(wallet, between)
        go_on.set()
        running.result(60)
    assert (before.balance.amount_minor, before.version) == (11, 2)
    assert get_balance_at(wallet, between) == before
    amounts = [line.amount.amount_minor for line in statement_of(user_id).lines()]
    assert amounts == [1, 10, 100]
    period = read_period(
        wallet, starts_at=between + timedelta(microseconds=1), ends_before=clock.database_now()
    )
    assert [line.amount.amount_minor for line in list_period(period)] == [100]


def test_the_csv_adds_up_and_is_what_a_spreadsheet_reads() -> None:
    user_id = new_id()
    top_up(user_id, 1_234)
    content = b"".join(write_csv(statement_of(user_id))).decode("utf-8")
    assert content.startswith("\ufeffdate,type,")
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))
    types = [row["type"] for row in rows]
    assert types == ["opening_balance", "wallet_top_up", "closing_balance"]
    assert (rows[1]["amount"], rows[-1]["balance"], rows[1]["currency"]) == (
        "12.34",
        "12.34",
        "EUR",
    )
    assert rows[1]["reference"].startswith("Top-up ")


def test_a_sale_says_what_was_kept_of_it_for_whoever_keeps_the_sellers_books() -> None:
    seller_id, order_id, other_id = new_id(), new_id(), new_id()
    hold(order_id, 12_000)
    release(order_id, seller_id, gross=12_000, commission=555, tax=105)
    hold(other_id, 1_000)
    release(other_id, seller_id, gross=1_000, commission=0, tax=0)
    post(
        kind=JournalKind.REFUND_AFTER_RELEASE,
        business_key=f"refund:{order_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.user_wallet(seller_id, "EUR"), Money(1_000, "EUR")),
            debit(accounts.revenue_commission("EUR"), Money(50, "EUR")),
            debit(accounts.tax("DE", "EUR"), Money(10, "EUR")),
            credit(accounts.refund_in_transit(new_id(), "EUR"), Money(1_060, "EUR")),
        ],
    )
    statement = statement_of(seller_id)
    kept = [
        (line.amount.amount_minor, line.kept.commission.amount_minor, line.kept.tax.amount_minor)
        for line in statement.lines()
    ]
    assert kept == [(11_340, -555, -105), (1_000, 0, 0), (-1_000, 50, 10)]
    assert statement.kept == Kept(Money(-505, "EUR"), Money(-95, "EUR"))
    body = json.loads(b"".join(write_json(statement)))
    assert (body["commission"], body["tax"], body["lines"][2]["commission"]) == (
        "-5.05",
        "-0.95",
        "0.50",
    )
    table = b"".join(write_csv(statement)).decode()
    assert table.splitlines()[2].endswith(",113.40,EUR,113.40,-5.55,-1.05")
    words = words_of(write_pdf(statement, holder="Somebody"))
    assert "Sales less refunds, before commission +119.40" in words
    assert "Commission \u22125.05" in words
    assert "Sales less refunds, as in the wallet +113.40" in words


def words_of(document: bytes) -> str:
    """The text of the first page, line after line."""
    with pypdfium2.PdfDocument(document) as pages:
        return str(pages[0].get_textpage().get_text_range())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert as_text(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    assert as_text("Sale released") == "Sale released"


def test_the_json_is_the_same_statement() -> None:
    user_id = new_id()
    for number in range(450):
        top_up(user_id, 1, key=f"{user_id}{number}")
    chunks = list(write_json(statement_of(user_id)))
    body = json.loads(b"".join(chunks))
    assert len(chunks) > 3
    assert (len(body["lines"]), body["line_count"]) == (450, 450)
    assert body["closing_balance"] == body["lines"][-1]["balance"] == "4.50"
    assert json.loads(b"".join(write_json(statement_of(new_id()))))["lines"] == []


def test_lines_are_read_as_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    user_id = new_id()
    for number in range(25):
        top_up(user_id, 1, key=f"{user_id}{number}")
    monkeypatch.setattr(periods, "PORTION_LINES", 10)
    lines = statement_of(user_id).lines()
    with CaptureQueriesContext(connection) as queries:
        first = [next(lines) for _ in range(10)]
        assert (len(first), len(queries)) == (10, 1)
        assert len(list(lines)) == 15
        assert len(queries) == 3


@pytest.fixture
def long_wallet() -> UUID:
    """100,000 lines, written straight into the tables."""
    user_id = new_id()
    journal = top_up(user_id, 1)
    with unguarded() as cursor:
        cursor.execute(
            "INSERT INTO payments_ledger_journal (id, kind, business_key, reference_id,"
            " account_ids, amounts_minor, metadata, request_id, occurred_at)"
            " SELECT md5(%s || n)::uuid, kind, business_key || n, reference_id, account_ids,"
            " amounts_minor, metadata, request_id, occurred_at FROM payments_ledger_journal,"
            " generate_series(2, 100000) n WHERE id = %s",
            [str(user_id), journal.id],
        )
        cursor.execute(
            "INSERT INTO payments_ledger_entry (journal_id, line, account_id, amount_minor,"
            " currency, account_version, balance_after_minor, reference_id, posted_at, xact_id)"
            " SELECT md5(%s || n)::uuid, line, account_id, amount_minor, currency, n, n,"
            " reference_id, posted_at, xact_id FROM payments_ledger_entry,"
            " generate_series(2, 100000) n WHERE journal_id = %s AND account_version = 1",
            [str(user_id), journal.id],
        )
        cursor.execute(
            "UPDATE payments_ledger_balance SET version = 100000, balance_minor = 100000"
            " WHERE account_id = (SELECT id FROM payments_ledger_account WHERE code = %s)",
            [f"user:{user_id}:wallet"],
        )
        cursor.execute("ANALYZE payments_ledger_entry, payments_ledger_journal")
    return user_id


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_100_000_lines_are_streamed_in_little_memory(long_wallet: UUID) -> None:
    statement = statement_of(long_wallet)
    assert statement.line_count == 100_000
    tracemalloc.start()
    try:
        size = sum(len(chunk) for chunk in write_csv(statement))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 10_000_000
    assert peak_bytes < 8_000_000
    with pytest.raises(StatementTooLong, match="100000 lines"):
        write_pdf(statement, holder="Somebody")


@pytest.mark.parametrize("holder", ["Ола Нордманн", "Ångström & Παπαδόπουλος", "X" * 300, ""])
def test_the_pdf_is_one_whatever_the_holder_is_called(holder: str) -> None:
    user_id = new_id()
    for number in range(60):
        top_up(user_id, 10_000_000_000, key=f"{user_id}{number}")
    document = write_pdf(statement_of(user_id), holder=holder)
    assert document.startswith(b"%PDF-")
    assert document.count(b"/Type /Page\n") == 2
    assert b"DejaVuSans" in document


def test_no_figure_of_the_pdf_is_cut_or_beyond_the_margin() -> None:
    user_id = new_id()
    top_up(user_id, 900_000_000_000_000, key=f"{user_id}")
    document = write_pdf(statement_of(user_id), holder="Somebody")
    with pypdfium2.PdfDocument(document) as pages:
        text = pages[0].get_textpage()
        words = text.get_text_range()
        right = max(text.get_charbox(number)[2] for number in range(text.count_chars()))
        margin = pages[0].get_width() - right
    assert words.count("9,000,000,000,000.00 EUR") == 2, "what came in, and what is there"
    assert words.count("9,000,000,000,000.00") == 7
    assert "…" not in words
    assert margin >= 49
