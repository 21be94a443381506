"""Time, injected.

``now()`` stamps what happened. ``database_now()`` decides deadlines: one clock for every process,
so that a worker whose own clock is a day off releases nothing early. Tests freeze both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models.functions import Now

_frozen_at: ContextVar[datetime | None] = ContextVar("frozen_at", default=None)


def now() -> datetime:
    """The present moment, aware, UTC."""
    return _frozen_at.get() or datetime.now(UTC)


def database_now() -> datetime:
    """The database's present moment (``clock_timestamp()``): the only judge of deadlines."""
    if frozen_at := _frozen_at.get():
        return frozen_at
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def database_moment() -> datetime | Now:
    """The same judge inside a query, without a round trip: one moment for the whole statement, so
    that an index can be asked with it (``clock_timestamp()`` moves while the statement runs)."""
    return _frozen_at.get() or Now()


def frozen_moment() -> datetime | None:
    """Where time stands still, if it does: for SQL that otherwise asks ``clock_timestamp()``."""
    return _frozen_at.get()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Stand still at ``at`` within the block; for tests and for replays."""
    token = _frozen_at.set(at)
    try:
        yield
    finally:
        _frozen_at.reset(token)


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Stand still at ``by`` from now within the block."""
    with frozen(now() + by):
        yield
