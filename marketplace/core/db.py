"""Transactions, and the one order in which locks are taken.

Lock order, for every transaction in the platform:

    idempotency key, step-up, checkout, orders (by id), stock rows (by product id), payment, refund
    or payout, wallet, ledger accounts (by id), a bank account's number (advisory), what paid
    (instruments), outbox; the audit log's chain when the transaction commits.

A command that is an entry point says :func:`opens_transaction`; a function that must be atomic with
its caller says :func:`needs_transaction`. Nothing calls the network between the two.
"""

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")

MAX_ATTEMPTS = 5
BASE_PAUSE_SECONDS = 0.01
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01"})
"""serialization_failure and deadlock_detected: PostgreSQL asks for the whole transaction again."""

_joinable: ContextVar[bool] = ContextVar("joinable", default=False)


class TransactionMissing(RuntimeError):
    """A function that must be atomic with its caller was called outside a transaction."""


class TransactionNested(RuntimeError):
    """An entry point was called inside a transaction that it did not open."""


def in_transaction() -> bool:
    """Whether a real transaction is open; the wrapper of a test case does not count."""
    blocks = connection.atomic_blocks
    return any(not getattr(block, "_from_testcase", False) for block in blocks)


@contextmanager
def joinable() -> Iterator[None]:
    """Open a transaction that the next entry point joins instead of opening its own.

    For the two places that must commit something of their own together with a whole command: the
    idempotency record of a request, and the inbox row of an event handler.
    """
    with transaction.atomic():
        token = _joinable.set(True)
        try:
            yield
        finally:
            _joinable.reset(token)


def opens_transaction(command: Callable[P, R]) -> Callable[P, R]:
    """An entry point: one call, one transaction, tried again when the database asks for it.

    Joins a :func:`joinable` transaction; any other open transaction is a programming error. When
    joined, the retry is the opener's business.
    """

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if in_transaction():
            if not _joinable.get():
                raise TransactionNested(f"{command.__qualname__} opens its own transaction")
            # The command itself may not be joined in turn: entry points do not call each other.
            token = _joinable.set(False)
            try:
                return command(*args, **kwargs)
            finally:
                _joinable.reset(token)

        def attempt() -> R:
            with transaction.atomic():
                return command(*args, **kwargs)

        return with_retries(attempt)

    return run


def needs_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """A function that is atomic with its caller and refuses to run outside a transaction."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not in_transaction():
            raise TransactionMissing(f"{function.__qualname__} needs its caller's transaction")
        return function(*args, **kwargs)

    return run


@needs_transaction
def lock_name(name: str) -> None:
    """Let one transaction at a time hold this name until its commit: a lock for what has no row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 0))", [name])


def with_retries(attempt: Callable[[], R]) -> R:
    """Run ``attempt`` (a whole transaction) again on 40001 and 40P01, with a bound and jitter."""
    for number in range(1, MAX_ATTEMPTS + 1):
        try:
            return attempt()
        except OperationalError as error:
            if not is_retryable(error) or number == MAX_ATTEMPTS:
                raise
            # Full jitter: two transactions that met once must not meet again in step.
            time.sleep(random.uniform(0, BASE_PAUSE_SECONDS * 2**number))  # noqa: S311
    raise AssertionError("unreachable")


def is_retryable(error: BaseException) -> bool:
    """Whether the database asked for the whole transaction to be run again."""
    sqlstate = getattr(error.__cause__, "sqlstate", None) or getattr(error, "sqlstate", None)
    return sqlstate in RETRYABLE_SQLSTATES


def is_connection_failure(error: BaseException) -> bool:
    """Whether the database went away (restarted, refused, cut off) rather than refused the work."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    # Without a state there was no server to give one; 08 is connection exception, 57P is shutdown.
    return sqlstate is None or sqlstate.startswith(("08", "57P"))


def forbid_transaction(what: str) -> None:
    """Refuse to go on inside a transaction: called right before any call to the network."""
    if in_transaction():
        raise TransactionNested(f"{what} may not happen inside a transaction")


APPEND_ONLY_TABLES: set[str] = set()
"""Tables on which the runtime role gets no UPDATE, DELETE or TRUNCATE (``grant_app_role``)."""


def append_only(table: str) -> str:
    """Register ``table`` as append-only and return its name, for a model's ``db_table``."""
    APPEND_ONLY_TABLES.add(table)
    return table


DERIVED_TABLES: set[str] = set()
"""Tables that only the database's own functions write; the runtime role may read them."""


def derived(table: str) -> str:
    """Register ``table`` as derived and return its name, for a model's ``db_table``."""
    DERIVED_TABLES.add(table)
    return append_only(table)
