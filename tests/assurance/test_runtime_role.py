"""What the role that runs the platform may not do, whatever code or hand is behind it."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from marketplace.core.db import APPEND_ONLY_TABLES

pytestmark = pytest.mark.django_db

MONEY_TABLES = (
    *sorted(APPEND_ONLY_TABLES),
    "payments_payment",
    "payments_payment_attempt",
    "payments_payout",
    "payments_refund",
    "payments_top_up",
    "payments_currency_exchange",
    "payments_transaction",
    "payments_wallet",
    "orders_order",
)


@pytest.fixture(autouse=True)
def as_runtime_role() -> Iterator[None]:
    call_command("grant_app_role", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE fairhold_app")
        yield
        cursor.execute("RESET ROLE")


def refusal(statement: str) -> str:
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return str(getattr(error.value.__cause__, "sqlstate", ""))


INSUFFICIENT_PRIVILEGE = "42501"


@pytest.mark.parametrize("table", MONEY_TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE {0} CASCADE",
        "DROP TABLE {0} CASCADE",
        "ALTER TABLE {0} DISABLE TRIGGER ALL",
        "ALTER TABLE {0} OWNER TO fairhold_app",
        "CREATE TRIGGER mine BEFORE INSERT ON {0} EXECUTE FUNCTION tsvector_update_trigger()",
        "CREATE RULE mine AS ON INSERT TO {0} DO INSTEAD NOTHING",
    ],
)
def test_no_table_of_money_is_emptied_or_disarmed(table: str, statement: str) -> None:
    assert refusal(statement.format(table)) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("table", sorted(APPEND_ONLY_TABLES))
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_what_is_append_only_stays(table: str, verb: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('fairhold_app', %s, %s)", [table, verb])
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "CREATE TABLE public.mine (n int)",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER FUNCTION ledger_spread_journal() SECURITY INVOKER",
        "DROP FUNCTION ledger_write CASCADE",
        "CREATE TEMPORARY TABLE payments_ledger_journal (n int)",
        "CREATE ROLE mine SUPERUSER",
        "SET ROLE postgres",
        "DELETE FROM django_migrations",
        "SELECT pg_read_file('PG_VERSION')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT setval('core_outbox_event_id_seq', 1)",
    ],
)
def test_the_rules_are_out_of_reach(statement: str) -> None:
    # `SET ROLE` asks the one who signed in, here the owner; the launcher's roles are told apart.
    if statement.startswith("SET ROLE"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_has_role('fairhold_app', 'postgres', 'MEMBER')")
            assert cursor.fetchone() == (False,)
        return
    assert refusal(statement) == INSUFFICIENT_PRIVILEGE
