"""A test database that can be emptied, although some of its tables refuse it.

Tests with several connections commit, so Django empties every table after them. Append-only tables
refuse ``TRUNCATE``, and what migrations put into tables (shipping methods, say) would be lost for
the tests that follow. Here the triggers are put aside for the emptying, and the first content is
put back.
"""

from collections.abc import Iterator
from typing import Any

import pytest

FIRST_CONTENT = "first_content"
"""A schema of the test database: a copy of every table that migrations filled."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's set-up, then :func:`keep_first_content`."""
    # Imported here: this module is loaded by tests that run without Django, too.
    from django.db.backends.postgresql.operations import DatabaseOperations

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        keep_first_content()
        patch.setattr(DatabaseOperations, "execute_sql_flush", _empty_and_refill)
        yield


def keep_first_content() -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {FIRST_CONTENT} CASCADE")
        cursor.execute(f"CREATE SCHEMA {FIRST_CONTENT}")
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')  # noqa: S608
            (is_filled,) = cursor.fetchone()
            if is_filled:
                cursor.execute(f'CREATE TABLE {FIRST_CONTENT}."{table}" AS TABLE "{table}"')


def _empty_and_refill(operations: Any, statements: list[str]) -> None:
    from django.db import transaction

    connection = operations.connection
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        guarded = [name for (name,) in cursor.fetchall()]
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [FIRST_CONTENT])
        for (table,) in cursor.fetchall():
            _refill(cursor, table)
        # Checks that the refilling deferred must be done before a table can be altered again.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _refill(cursor: Any, table: str) -> None:
    cursor.execute(
        "SELECT quote_ident(column_name) FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER' "
        "ORDER BY ordinal_position",
        [table],
    )
    columns = ", ".join(name for (name,) in cursor.fetchall())
    cursor.execute(
        f'INSERT INTO "{table}" ({columns}) OVERRIDING SYSTEM VALUE '  # noqa: S608
        f'SELECT {columns} FROM {FIRST_CONTENT}."{table}" ON CONFLICT DO NOTHING'
    )
