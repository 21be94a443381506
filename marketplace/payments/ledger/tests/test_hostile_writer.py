"""What raw SQL can do to the books, as the owner of the tables: nothing that must not be.

No trigger is disabled and no constraint dropped. After every attempt the books are as before.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from marketplace.core.db import DERIVED_TABLES
from marketplace.core.ids import new_id
from marketplace.payments.ledger.accounts import AccountKind
from marketplace.payments.ledger.reversal import reverse_journal
from marketplace.payments.ledger.tests.books import TABLES, contents, hold, release, top_up
from marketplace.payments.models import LedgerAccount, LedgerAccountKind, LedgerEntry

pytestmark = pytest.mark.django_db

JOURNAL = """
    INSERT INTO payments_ledger_journal
        (id, kind, business_key, reference_id, account_ids, amounts_minor, metadata, request_id,
         occurred_at)
    VALUES (%s, 'hostile', 'hostile', %s, %s, %s, '{}', '', now())
"""


@pytest.fixture
def books() -> dict[str, int]:
    """A hold, a release and a wallet; answers with account ids by kind."""
    order_id, seller_id = new_id(), new_id()
    hold(order_id, 20_000)
    hold(new_id(), 1)
    release(order_id, seller_id, gross=4_000, commission=400, tax=0)
    hold(new_id(), 5, currency="USD", key="dollars")
    rows = LedgerAccount.objects.order_by("-id").values_list("kind", "currency", "id")
    return {f"{kind} {currency}": account_id for kind, currency, account_id in rows}


def refused(sql: str, parameters: list[Any] | None = None) -> str:
    """Run it, see it refused and the books unchanged; returns the SQLSTATE."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    before = contents()
    with (
        pytest.raises(DatabaseError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, parameters)
    assert contents() == before
    return str(getattr(refusal.value.__cause__, "sqlstate", ""))


def refused_journal(account_ids: list[Any], amounts: list[Any]) -> str:
    return refused(JOURNAL, [new_id(), new_id(), account_ids, amounts])


@pytest.mark.parametrize("verb", ["update", "delete", "truncate"])
@pytest.mark.parametrize("table", [*TABLES, "account_kind"])
def test_nothing_written_is_changed_deleted_or_truncated(
    books: dict[str, int], table: str, verb: str
) -> None:
    columns = {
        "account": "code = code || 'x'",
        "account_kind": "non_negative = false",
        "balance": "balance_minor = balance_minor + 1",
        "journal": "kind = 'other'",
        "entry": "amount_minor = amount_minor + 1",
        "snapshot": "balance_minor = 0",
    }
    statement = {
        "update": f"UPDATE payments_ledger_{table} SET {columns[table]}",
        "delete": f"DELETE FROM payments_ledger_{table}",
        "truncate": f"TRUNCATE payments_ledger_{table} CASCADE",
    }[verb]
    assert refused(statement) in {"FL010", "FL012"}


def test_mistake_13_a_leg_is_not_moved_between_journals(books: dict[str, int]) -> None:
    """A trigger that looks only at the new row would see two balanced journals to be."""
    first, other = LedgerEntry.objects.order_by("id").values_list("journal_id", "id")[:3:2]
    assert first[0] != other[0]
    assert (
        refused(
            "UPDATE payments_ledger_entry SET journal_id = %s, line = 9 WHERE id = %s",
            [first[0], other[1]],
        )
        == "FL010"
    )


def test_mistake_14_an_imbalance_is_not_repaired_by_nudging_a_leg(books: dict[str, int]) -> None:
    journal_id = LedgerEntry.objects.order_by("-id").values_list("journal_id", flat=True)[0]
    assert (
        refused(
            "UPDATE payments_ledger_journal SET amounts_minor[1] = amounts_minor[1] + 1"
            " WHERE id = %s",
            [journal_id],
        )
        == "FL010"
    )
    reversal = reverse_in_transaction(journal_id, "posted twice by the provider")
    assert reversal.created


def test_an_entry_is_not_inserted_beside_a_journal(books: dict[str, int]) -> None:
    journal_id = LedgerEntry.objects.values_list("journal_id", flat=True).first()
    for target in (journal_id, new_id()):
        assert (
            refused(
                "INSERT INTO payments_ledger_entry (journal_id, line, account_id, amount_minor,"
                " currency, reference_id, posted_at, xact_id)"
                " SELECT %s, 90 + n, %s, 1 - 2 * n, 'EUR', %s, now(), pg_current_xact_id()"
                " FROM generate_series(0, 1) n",
                [target, books["psp_clearing EUR"], new_id()],
            )
            == "FL012"
        )


def test_a_balance_is_not_opened_by_hand(books: dict[str, int]) -> None:
    assert (
        refused(
            "INSERT INTO payments_ledger_balance (account_id, balance_minor, version, side,"
            " non_negative, posted_at) VALUES (%s, 5, 0, 1, false, now())",
            [books["psp_clearing EUR"]],
        )
        == "FL012"
    )


def test_a_raw_journal_that_does_not_balance_is_refused(books: dict[str, int]) -> None:
    clearing, wallet = books["psp_clearing EUR"], books["user_wallet EUR"]
    assert refused_journal([clearing, wallet], [10, -9]) == "FL001"


def test_a_raw_journal_balances_in_each_currency(books: dict[str, int]) -> None:
    pair = [books["psp_clearing EUR"], books["order_escrow USD"]]
    assert refused_journal(pair, [10, -10]) == "FL001"
    four = [
        books["psp_clearing EUR"],
        books["user_wallet EUR"],
        books["psp_clearing USD"],
        books["order_escrow USD"],
    ]
    assert refused_journal(four, [10, -9, 10, -11]) == "FL001"


@pytest.mark.parametrize(
    ("accounts", "amounts", "sqlstate"),
    [
        ([], [], "23514"),
        (["psp_clearing EUR"], [0], "23514"),
        (["psp_clearing EUR", "user_wallet EUR"], [0, 0], "23514"),
        (["psp_clearing EUR", "user_wallet EUR"], [5], "FL001"),
        (["psp_clearing EUR", "user_wallet EUR"], [5, None], "FL001"),
        (["psp_clearing EUR", "user_wallet EUR"], [5, -5, 1], "FL001"),
        (["psp_clearing EUR", "psp_clearing EUR"], [5, -5], "FL005"),
        (["psp_clearing EUR", "nobody"], [5, -5], "FL005"),
        (["user_wallet EUR", "psp_clearing EUR"], [3_601, -3_601], "FL002"),
        (["psp_clearing EUR", "user_wallet EUR"], [2**63 - 1, -(2**63 - 1)], "22003"),
    ],
)
def test_a_malformed_raw_journal_is_refused(
    books: dict[str, int], accounts: list[str], amounts: list[int], sqlstate: str
) -> None:
    assert refused_journal([books.get(name, -1) for name in accounts], amounts) == sqlstate


def test_arrays_of_other_shapes_are_refused(books: dict[str, int]) -> None:
    clearing, wallet = books["psp_clearing EUR"], books["user_wallet EUR"]
    before = contents()
    for shape in ("[0:1]", "[5:6]"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                JOURNAL.replace("%s, %s, '{}'", "%s::bigint[], %s::bigint[], '{}'"),
                [
                    new_id(),
                    new_id(),
                    f"{shape}={{{clearing},{wallet}}}",
                    f"{shape}={{5,-5}}",
                ],
            )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            JOURNAL,
            [new_id(), new_id(), [[clearing, wallet], [wallet, clearing]], [[5, -5], [5, -5]]],
        )
    assert contents() == before


def test_an_account_off_the_chart_is_not_opened(books: dict[str, int]) -> None:
    for code, kind in [("user:1:wallet", "user_wallet"), ("slush", "fund"), ("slush", "bank")]:
        assert (
            refused(
                "INSERT INTO payments_ledger_account (code, currency, kind, type, normal_side,"
                " non_negative, keeps_balance, created_at)"
                " VALUES (%s, 'EUR', %s, 'asset', 'debit', false, false, now())",
                [code, kind],
            )
            == "FL011"
        )


def test_a_wallet_that_may_be_overdrawn_cannot_be_opened(books: dict[str, int]) -> None:
    """Whatever rules the writer states, the account gets those of its kind."""
    code = f"user:{new_id()}:wallet"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_ledger_account (code, currency, kind, type, normal_side,"
            " non_negative, keeps_balance, created_at)"
            " VALUES (%s, 'EUR', 'user_wallet', 'asset', 'debit', false, false, now())",
            [code],
        )
    account = LedgerAccount.objects.get(code=code)
    assert (account.type, account.normal_side) == ("liability", "credit")
    assert account.non_negative
    assert account.keeps_balance
    assert account.balance.balance_minor == 0


def test_a_raw_reversal_is_the_exact_opposite_of_a_journal_and_happens_once() -> None:
    user_id = new_id()
    journal_id = top_up(user_id, 100).id
    first, second = LedgerAccount.objects.order_by("id").values_list("id", flat=True)
    raw = JOURNAL.replace("occurred_at)", "occurred_at, reverses_id)").replace(
        "now())", "now(), %s)"
    )
    for accounts, amounts in [([first, second], [-99, 99]), ([second, first], [100, -100])]:
        assert refused(raw, [new_id(), user_id, accounts, amounts, journal_id]) == "FL006"
    assert refused(raw, [new_id(), new_id(), [first, second], [-100, 100], journal_id]) == "FL006"
    reversal = reverse_in_transaction(journal_id, "a test")
    again = refused(raw, [new_id(), user_id, [first, second], [-100, 100], journal_id])
    assert again in {"23505", "FL002"}  # reversed once; and the money has gone back already
    assert refused(raw, [new_id(), user_id, [first, second], [100, -100], reversal.id]) == "FL006"


def test_the_chart_in_the_database_is_the_chart_in_the_code() -> None:
    kinds = {kind.name: kind for kind in LedgerAccountKind.objects.all()}
    assert set(kinds) == {str(kind) for kind in AccountKind}
    for kind in AccountKind:
        assert kinds[kind].keeps_balance == kind.keeps_balance


@pytest.fixture
def as_runtime_role() -> Iterator[None]:
    """What the running platform signs in as; it owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'fairhold_app'")
        if not cursor.fetchone():
            pytest.skip("needs the role fairhold_app")
    call_command("grant_app_role", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE fairhold_app")
        yield
        cursor.execute("RESET ROLE")


def test_the_runtime_role_posts_and_folds_through_the_functions(as_runtime_role: None) -> None:
    order_id = new_id()
    hold(order_id, 10)
    assert not hold(order_id, 10).created
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_fold(id) FROM payments_ledger_account")


@pytest.fixture
def with_temporary_tables(as_runtime_role: None) -> None:
    """A right that the role lacks: what follows holds all the same, should a grant give it back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (database,) = cursor.fetchone()
        cursor.execute("RESET ROLE")
        cursor.execute(f'GRANT TEMPORARY ON DATABASE "{database}" TO fairhold_app')
        cursor.execute("SET ROLE fairhold_app")


@pytest.mark.parametrize("table", sorted(t for t in DERIVED_TABLES if "_ledger_" in t))
def test_the_runtime_role_may_only_read_derived_tables(as_runtime_role: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p"
            " WHERE has_table_privilege('fairhold_app', %s, p)",
            [table],
        )
        assert cursor.fetchall() == []


def test_a_trigger_of_the_runtime_roles_own_opens_no_way_in(with_temporary_tables: None) -> None:
    """A statement inside a trigger is at depth 1, like the ledger's own: the grants refuse it."""
    hold(new_id(), 10)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE way_in (n int)")
        cursor.execute(
            "CREATE FUNCTION pg_temp.way_in() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " UPDATE payments_ledger_balance SET balance_minor = 1000000; RETURN NULL; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER way_in AFTER INSERT ON way_in FOR EACH ROW"
            " EXECUTE FUNCTION pg_temp.way_in()"
        )
    assert refused("INSERT INTO way_in VALUES (1)") == "42501"


def test_a_temporary_table_does_not_stand_in_for_the_chart(with_temporary_tables: None) -> None:
    """PostgreSQL looks into the temporary schema first, also for what a trigger names."""
    code = f"user:{new_id()}:wallet"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE payments_ledger_account_kind AS"
            " SELECT name, code_pattern, type, normal_side, false AS non_negative, keeps_balance"
            " FROM public.payments_ledger_account_kind"
        )
        cursor.execute(
            "INSERT INTO payments_ledger_account (code, currency, kind, type, normal_side,"
            " non_negative, keeps_balance, created_at)"
            " VALUES (%s, 'EUR', 'user_wallet', 'liability', 'credit', true, true, now())",
            [code],
        )
        cursor.execute("SELECT non_negative FROM payments_ledger_account WHERE code = %s", [code])
        assert cursor.fetchone() == (True,)


def test_a_temporary_table_does_not_stand_in_for_what_is_reversed(
    with_temporary_tables: None,
) -> None:
    user_id = new_id()
    journal_id = top_up(user_id, 100).id
    accounts = list(LedgerAccount.objects.order_by("id").values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE payments_ledger_journal AS SELECT id, reverses_id, reference_id,"
            " account_ids, ARRAY[99, -99]::bigint[] AS amounts_minor"
            " FROM public.payments_ledger_journal"
        )
    raw = (
        JOURNAL.replace("payments_ledger", "public.payments_ledger")
        .replace("occurred_at)", "occurred_at, reverses_id)")
        .replace("now())", "now(), %s)")
    )
    assert refused(raw, [new_id(), user_id, accounts, [-99, 99], journal_id]) == "FL006"


def reverse_in_transaction(journal_id: Any, reason: str) -> Any:
    with transaction.atomic():
        return reverse_journal(journal_id, reason)
