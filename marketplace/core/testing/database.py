"""A test database that can be emptied, although some of its tables refuse it.

Tests with several connections commit, so Django empties every table after them. Append-only tables
refuse ``TRUNCATE``, and what migrations put into tables (shipping methods, say) would be lost for
the tests that follow. Here the triggers are put aside for the emptying, and the first content is
put back.

Migrating takes longer than most runs, so it is done once per state of the migrations: every test
database is a copy of a template that the server keeps.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

FIRST_CONTENT = "first_content"
"""A schema of the test database: a copy of every table that migrations filled."""
TEMPLATES = "fairhold_migrated_"
BUILDING = "fairhold_migrating"
LARGE_BYTES = 1024 * 1024


def migrated_template(digest: str) -> str:
    """The database that test databases are copied from; made by whichever process asks first.

    ``digest`` names the state of the migrations; templates of other states are dropped.
    """
    from django.core.management import call_command
    from django.db import connection

    name = TEMPLATES + digest[:16]
    with connection._nodb_cursor() as cursor:  # noqa: SLF001
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [TEMPLATES])
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATES]
        )
        found = {row[0] for row in cursor.fetchall()}
        if name not in found:
            for stale in (*found, BUILDING):
                cursor.execute(f"DROP DATABASE IF EXISTS {stale}")
            cursor.execute(f"CREATE DATABASE {BUILDING}")
            with _connected_to(BUILDING):
                call_command("migrate", interactive=False, verbosity=0)
            cursor.execute(f"ALTER DATABASE {BUILDING} RENAME TO {name}")
    return name


@contextmanager
def _connected_to(database: str) -> Iterator[None]:
    from django.db import connection

    connection.close()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's set-up, then :func:`keep_first_content`."""
    # Imported here: this module is loaded by tests that run without Django, too.
    from django.db.backends.postgresql.operations import DatabaseOperations

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        keep_first_content()
        patch.setattr(DatabaseOperations, "execute_sql_flush", _empty_and_refill)
        yield


def wait_for_a_waiter() -> None:
    """Until somebody in this database waits for a lock; AssertionError after ten seconds."""
    from django.db import connection

    waiting = """
        SELECT 1 FROM pg_locks AS waiting JOIN pg_locks AS held USING (pid)
        WHERE NOT waiting.granted AND held.database = (
            SELECT oid FROM pg_database WHERE datname = current_database()
        )
    """
    with connection.cursor() as cursor:
        for _ in range(1_000):
            cursor.execute(waiting)
            if cursor.fetchone():
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waits")


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
    """In place of Django's ``TRUNCATE`` of every table, which makes a file anew for each of them
    and each of their indexes: a second, where most tests wrote ten rows."""
    from django.db import transaction

    connection = operations.connection
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        guarded = [name for (name,) in cursor.fetchall()]
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        written = _written(cursor)
        # First: what is deleted has checks to come, and a table that has them is not truncated.
        for table in (name for name, is_large in written if is_large):
            cursor.execute(f"TRUNCATE {table} CASCADE")
        for table in (name for name, is_large in written if not is_large):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [FIRST_CONTENT])
        for (table,) in cursor.fetchall():
            _refill(cursor, table)
        # Checks that the refilling deferred must be done before a table can be altered again.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _written(cursor: Any) -> list[tuple[str, bool]]:
    """The tables that have had rows since they were last truncated, but for those of migrations'
    own records; and whether one has grown so large that truncating is quicker."""
    cursor.execute(
        "SELECT oid::regclass::text, pg_relation_size(oid) > %s::bigint FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        " AND pg_relation_size(oid) > 0 AND relname <> 'django_migrations'",
        [LARGE_BYTES],
    )
    written: list[tuple[str, bool]] = cursor.fetchall()
    return written


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
