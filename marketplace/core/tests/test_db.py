"""Commands open transactions, inner functions need one, and deadlocks are tried again."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from marketplace.core import db
from marketplace.core.db import (
    TransactionMissing,
    TransactionNested,
    forbid_transaction,
    in_transaction,
    is_connection_failure,
    is_retryable,
    joinable,
    needs_transaction,
    opens_transaction,
)
from marketplace.core.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@opens_transaction
def write(name: str, *, fail: bool = False) -> bool:
    Heartbeat.objects.create(name=name, every_seconds=1)
    if fail:
        raise ValueError("refused")
    return in_transaction()


@needs_transaction
def inner() -> bool:
    return in_transaction()


def names() -> set[str]:
    return set(Heartbeat.objects.values_list("name", flat=True))


def test_an_entry_point_runs_in_a_transaction_of_its_own() -> None:
    assert write("a") is True
    assert not in_transaction()
    assert names() == {"a"}


def test_an_entry_point_that_raises_changes_nothing() -> None:
    with pytest.raises(ValueError, match="refused"):
        write("a", fail=True)

    assert names() == set()


def test_an_entry_point_inside_a_foreign_transaction_is_a_mistake() -> None:
    with transaction.atomic(), pytest.raises(TransactionNested):
        write("a")


def test_an_entry_point_joins_a_transaction_that_was_opened_for_it() -> None:
    with joinable():
        write("a")
        transaction.set_rollback(True)

    assert names() == set()


def test_entry_points_do_not_call_each_other() -> None:
    @opens_transaction
    def outer() -> None:
        write("a")

    with pytest.raises(TransactionNested):
        outer()
    with joinable(), pytest.raises(TransactionNested):
        outer()


def test_an_inner_function_refuses_to_run_alone() -> None:
    with pytest.raises(TransactionMissing, match="inner"):
        inner()
    with transaction.atomic():
        assert inner()


def test_the_network_is_forbidden_inside_a_transaction() -> None:
    forbid_transaction("a call")
    with transaction.atomic(), pytest.raises(TransactionNested, match="a call"):
        forbid_transaction("a call")


def test_a_real_deadlock_is_resolved_and_both_commands_succeed(in_threads: Any) -> None:
    for name in ("one", "two"):
        Heartbeat.objects.create(name=name, every_seconds=0)
    both_hold_one = threading.Barrier(2)
    attempts: list[str] = []

    def lock(first: str, second: str) -> None:
        @opens_transaction
        def command() -> None:
            attempts.append(first)
            touch(first)
            if len(attempts) <= 2:
                both_hold_one.wait(10)
            touch(second)

        command()

    def touch(name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core_heartbeat SET every_seconds = every_seconds + 1 WHERE name = %s",
                [name],
            )

    in_threads([lambda: lock("one", "two"), lambda: lock("two", "one")])

    assert len(attempts) == 3
    assert set(Heartbeat.objects.values_list("every_seconds", flat=True)) == {2.0}


def test_retries_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BASE_PAUSE_SECONDS", 0)
    attempts: list[int] = []

    @opens_transaction
    def always_conflicts() -> None:
        attempts.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")

    with pytest.raises(OperationalError):
        always_conflicts()

    assert len(attempts) == db.MAX_ATTEMPTS


def test_other_failures_are_not_tried_again() -> None:
    attempts: list[int] = []

    @opens_transaction
    def command() -> None:
        attempts.append(1)
        raise OperationalError("the disk is full")

    with pytest.raises(OperationalError):
        command()

    assert len(attempts) == 1


def test_a_cut_connection_is_told_apart_from_a_refusal() -> None:
    """Mistake 7: a commit whose answer was lost is not tried again below the command."""
    with connection.cursor() as cursor, pytest.raises(OperationalError) as cut:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()

    assert is_connection_failure(cut.value)
    assert not is_retryable(cut.value)
    assert not is_connection_failure(ValueError())


def test_the_runtime_role_may_only_add_to_append_only_tables(capsys: Any) -> None:
    from django.core.management import CommandError, call_command
    from django.db import ProgrammingError

    role = f"test_{uuid4().hex[:8]}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        (may_create_roles,) = cursor.fetchone()
        if may_create_roles:
            cursor.execute(f"CREATE ROLE {role}")
            cursor.execute(f"GRANT {role} TO current_user")
        else:
            role = "fairhold_app"

    call_command("grant_app_role", role=role)
    call_command("grant_app_role", role=role)

    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {role}")
            cursor.execute(
                "INSERT INTO core_heartbeat (name, every_seconds, last_error) VALUES ('a', 1, '')"
            )
            cursor.execute("DELETE FROM core_heartbeat")
            for table in sorted(db.APPEND_ONLY_TABLES):
                cursor.execute(f"SELECT count(*) FROM {table}")
                for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
                    cursor.execute(
                        "SELECT has_table_privilege(current_user, %s, %s)", [table, privilege]
                    )
                    assert cursor.fetchone() == (False,), (table, privilege)
            with pytest.raises(ProgrammingError, match="permission denied"):
                cursor.execute("DELETE FROM django_migrations")
    finally:
        connection.close()
        if may_create_roles:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP OWNED BY {role}")
                cursor.execute(f"DROP ROLE {role}")

    with pytest.raises(CommandError, match="There is no role"):
        call_command("grant_app_role", role="nobody_at_all")


def test_a_migration_gives_up_waiting_for_a_lock() -> None:
    from marketplace.core.migration_safety import lift_lock_limit, limit_lock_waits

    def lock_timeout() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    limit_lock_waits(using="default")
    assert lock_timeout() == "5s"
    lift_lock_limit(using="default")
    assert lock_timeout() == "0"


def test_a_kept_connection_is_checked_without_a_query(django_assert_num_queries: Any) -> None:
    connection.ensure_connection()
    with django_assert_num_queries(0):
        assert connection.is_usable()


def test_a_kept_connection_that_the_server_cut_is_noticed(in_threads: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()

    def cut() -> None:
        with connection.cursor() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    in_threads([cut])

    assert not connection.is_usable()
    connection.close()
    assert names() == set()
