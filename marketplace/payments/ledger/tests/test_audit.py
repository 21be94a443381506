"""The audit finds every kind of difference. Each is planted with the tables' triggers off."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from marketplace.core.ids import new_id
from marketplace.payments.ledger import audit
from marketplace.payments.ledger.audit import Tally, register_audit, registered_audits, run_audit
from marketplace.payments.ledger.checks import LEDGER_CHECKS
from marketplace.payments.ledger.reversal import reverse_journal
from marketplace.payments.ledger.tests.books import hold, release, top_up

pytestmark = pytest.mark.django_db

TABLES = ("account", "account_kind", "balance", "journal", "entry", "snapshot")


@pytest.fixture(autouse=True)
def _books() -> None:
    order_id, seller_id, other_id = new_id(), new_id(), new_id()
    hold(order_id, 10_000)
    release(order_id, seller_id, gross=4_000, commission=400, tax=100, key="part")
    release(order_id, seller_id, gross=5_000, commission=500, tax=100, key="more")
    hold(other_id, 700, currency="USD")
    journal = top_up(seller_id, 50)
    with transaction.atomic():
        reverse_journal(journal.id, "by mistake")


def plant(*statements: str) -> None:
    """Write what no code can: the owner of the tables turns their triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE payments_ledger_{table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE payments_ledger_{table} ENABLE TRIGGER USER")


def found() -> set[str]:
    report = run_audit(checks=LEDGER_CHECKS)
    assert all(len(result.first) for result in report.results if result.differences)
    return {result.name for result in report.results if result.differences}


ENTRY = "(SELECT id FROM payments_ledger_entry WHERE account_version = 2 ORDER BY id LIMIT 1)"
SNAPSHOT = """
    INSERT INTO payments_ledger_snapshot (account_id, up_to_xact_id, balance_minor, entry_count,
                                          last_posted_at)
    SELECT account_id, {xact_id}, sum(amount_minor) + {off}, count(*), max(posted_at)
      FROM payments_ledger_entry WHERE account_version IS NULL AND amount_minor > 0
       AND currency = 'USD' GROUP BY account_id
"""
AFTER_THIS = "(pg_current_xact_id()::text::bigint + {n})::text::xid8"

DIFFERENCES = {
    "an amount altered": (
        [f"UPDATE payments_ledger_entry SET amount_minor = amount_minor - 1 WHERE id = {ENTRY}"],
        "journals balance per currency",
    ),
    "a leg moved to another journal": (
        [
            (
                "UPDATE payments_ledger_entry SET line = 9, journal_id ="
                " (SELECT min(id::text)::uuid FROM payments_ledger_journal)"
                " WHERE id = (SELECT max(id) FROM payments_ledger_entry)"
            )
        ],
        "journals equal their entries",
    ),
    "a journal without its entries": (
        [
            (
                "DELETE FROM payments_ledger_entry WHERE journal_id ="
                " (SELECT max(id::text)::uuid FROM payments_ledger_journal)"
            )
        ],
        "journals equal their entries",
    ),
    "entries without their journal": (
        [
            (
                "DELETE FROM payments_ledger_journal WHERE id ="
                " (SELECT max(id::text)::uuid FROM payments_ledger_journal)"
            )
        ],
        "journals equal their entries",
    ),
    "both legs altered alike, in entries and journal": (
        [
            (
                "UPDATE payments_ledger_entry SET amount_minor = amount_minor * 2"
                " WHERE currency = 'USD'"
            ),
            (
                "UPDATE payments_ledger_journal SET amounts_minor = ARRAY[1400, -1400]"
                " WHERE id = (SELECT journal_id FROM payments_ledger_entry"
                " WHERE currency = 'USD' LIMIT 1)"
            ),
        ],
        "running balances are right and allowed",
    ),
    "another currency": (
        [f"UPDATE payments_ledger_entry SET currency = 'USD' WHERE id = {ENTRY}"],
        "entries fit their accounts",
    ),
    "an account that does not exist": (
        [f"UPDATE payments_ledger_entry SET account_id = 10 ^ 9 WHERE id = {ENTRY}"],
        "entries fit their accounts",
    ),
    "a wallet that may be overdrawn": (
        ["UPDATE payments_ledger_account SET non_negative = false WHERE kind = 'user_wallet'"],
        "accounts follow the chart",
    ),
    "a balance row gone": (
        [
            (
                "DELETE FROM payments_ledger_balance WHERE account_id ="
                " (SELECT min(account_id) FROM payments_ledger_balance)"
            )
        ],
        "accounts follow the chart",
    ),
    "a gap in the versions": (
        [
            (
                "UPDATE payments_ledger_entry SET account_version = account_version + 5"
                f" WHERE id = {ENTRY}"
            )
        ],
        "versions run from 1 without a gap",
    ),
    "a wrong running balance": (
        [
            (
                "UPDATE payments_ledger_entry SET balance_after_minor = balance_after_minor + 1"
                f" WHERE id = {ENTRY}"
            )
        ],
        "running balances are right and allowed",
    ),
    "an entry dated before the one under it": (
        [
            (
                "UPDATE payments_ledger_entry SET posted_at = posted_at - interval '1 year'"
                f" WHERE id = {ENTRY}"
            )
        ],
        "running balances are right and allowed",
    ),
    "a cached balance altered": (
        [
            (
                "UPDATE payments_ledger_balance SET balance_minor = balance_minor + 1"
                " WHERE account_id = (SELECT min(account_id) FROM payments_ledger_balance)"
            )
        ],
        "balances equal their entries",
    ),
    "a cached version altered": (
        ["UPDATE payments_ledger_balance SET version = version + 1"],
        "balances equal their entries",
    ),
    "an escrow that holds what never came in": (
        [
            (
                "UPDATE payments_ledger_balance SET balance_minor = balance_minor + 1"
                " WHERE account_id IN"
                " (SELECT id FROM payments_ledger_account WHERE kind = 'order_escrow')"
            )
        ],
        "orders: in equals out plus held",
    ),
    "a snapshot with another sum": (
        [SNAPSHOT.format(off=1, xact_id=AFTER_THIS.format(n=0).replace("+ 0", "+ 1"))],
        "snapshots equal their entries",
    ),
    "a snapshot from another cluster": (
        [SNAPSHOT.format(off=0, xact_id=AFTER_THIS.format(n=1_000_000))],
        "snapshots equal their entries",
    ),
    "a reversal that is not exact": (
        [
            (
                "UPDATE payments_ledger_journal SET reverses_id ="
                " (SELECT min(id::text)::uuid FROM payments_ledger_journal)"
                " WHERE reverses_id IS NOT NULL"
            )
        ],
        "reversals are exact",
    ),
    "a hot account's snapshot that shifts the total": (
        [SNAPSHOT.format(off=9, xact_id=AFTER_THIS.format(n=1))],
        "all books sum to zero",
    ),
}


def test_the_books_of_this_test_are_right() -> None:
    report = run_audit(checks=LEDGER_CHECKS)
    assert report.is_clean
    examined = {result.name: result.examined for result in report.results}
    assert examined["journals balance per currency"] == 6
    assert examined["entries fit their accounts"] == 16


@pytest.mark.parametrize("name", DIFFERENCES)
def test_finds(name: str) -> None:
    statements, check = DIFFERENCES[name]
    plant(*statements)
    assert check in found()


def test_finds_a_balance_below_zero() -> None:
    plant(
        "ALTER TABLE payments_ledger_balance DROP CONSTRAINT ledger_balance_not_negative",
        "UPDATE payments_ledger_entry SET amount_minor = -amount_minor,"
        " balance_after_minor = -balance_after_minor WHERE currency = 'USD'",
        "UPDATE payments_ledger_balance SET balance_minor = -balance_minor WHERE account_id IN"
        " (SELECT id FROM payments_ledger_account WHERE currency = 'USD')",
        "UPDATE payments_ledger_journal SET amounts_minor = ARRAY[-700, 700]"
        " WHERE id = (SELECT journal_id FROM payments_ledger_entry"
        " WHERE currency = 'USD' LIMIT 1)",
    )
    assert found() == {
        "running balances are right and allowed",
        "balances equal their entries",
    }


def test_the_command_prints_a_table_and_succeeds_on_right_books() -> None:
    out = io.StringIO()
    call_command("audit_ledger", only="per currency", stdout=out)
    assert "journals balance per currency" in out.getvalue()
    assert "The books are right." in out.getvalue()


def test_the_command_exits_with_1_and_names_the_first_differences() -> None:
    plant("UPDATE payments_ledger_entry SET amount_minor = amount_minor + 1")
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("audit_ledger", only="per currency", show=2, stdout=out)
    assert ended.value.code == 1
    assert "is out of balance by" in out.getvalue()
    assert "… and 4 more" in out.getvalue()


def test_the_command_prints_json() -> None:
    plant("UPDATE payments_ledger_entry SET amount_minor = amount_minor + 1")
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("audit_ledger", "--json", "--only", "per currency", stdout=out)
    document = json.loads(out.getvalue())
    assert not document["clean"]
    assert document["checks"][0]["differences"] == 6


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setattr(audit, "_checks", dict(registered_audits()))
    return lambda: None


def test_every_check_runs_whoever_asks_for_an_audit() -> None:
    names = {result.name for result in run_audit().results}
    assert names == set(registered_audits())
    assert {"payments equal a rebuild from their events", "statements equal the ledger"} < names


def test_another_module_adds_a_check(registry: object) -> None:
    def check(tally: Tally) -> Iterator[str]:
        tally.examined += 3
        tally.note = "the provider was not asked"
        yield from (f"difference {n}" for n in range(25))

    register_audit("something else", check)
    (result,) = run_audit(show=3, only="something else").results
    assert (result.examined, result.differences, len(result.first)) == (3, 25, 3)
    assert result.note == "the provider was not asked"
    with pytest.raises(ValueError, match="twice"):
        register_audit("something else", check)


@pytest.mark.django_db(transaction=True)
def test_all_checks_see_one_moment_and_write_nothing(registry: object) -> None:
    def check(tally: Tally) -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            isolation = cursor.fetchone()
            cursor.execute("SHOW transaction_read_only")
            yield f"{isolation[0]}, read only {cursor.fetchone()[0]}"

    def nothing(tally: Tally) -> Iterator[Any]:
        yield from ()

    register_audit("transaction", check)
    register_audit("nothing", nothing)
    (result,) = run_audit(only="transaction").results
    assert result.first == ["repeatable read, read only on"]
