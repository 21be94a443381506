"""Signs of life of everything that works in the background: what readiness looks at.

One row per name, written at most once in :data:`BEAT_EVERY_SECONDS` however often the work runs,
and always stamped by the database, whose clock also judges their age.
"""

import time
from dataclasses import dataclass, field

from django.db import connection

from marketplace.core.models import Heartbeat

BEAT_EVERY_SECONDS = 5.0
"""A third of the shortest age that readiness accepts (15 s)."""

MAX_ERROR_LENGTH = 2000


@dataclass(slots=True)
class Beat:
    """The signs of life of one loop; not shared between threads."""

    name: str
    every_seconds: float
    _written_at: dict[str, float] = field(default_factory=dict)

    def started(self) -> None:
        """The loop is about to work: a hang afterwards shows as a start without a success."""
        self._write("started_at")

    def succeeded(self) -> None:
        self._write("succeeded_at")

    def failed(self, error: BaseException) -> None:
        self._write("failed_at", f"{type(error).__name__}: {error}"[:MAX_ERROR_LENGTH])

    def _write(self, column: str, last_error: str = "") -> None:
        moment = time.monotonic()
        if moment - self._written_at.get(column, float("-inf")) < BEAT_EVERY_SECONDS:
            return
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT[column], [self.name, self.every_seconds, last_error])
        self._written_at[column] = moment


def _upsert(column: str) -> str:
    table = Heartbeat._meta.db_table
    # The last error stays beside a later success, so that an operator sees what a job that fails
    # now and then stumbled over.
    error = ", last_error = excluded.last_error" if column == "failed_at" else ""
    return (
        f"INSERT INTO {table} AS beat (name, every_seconds, last_error, {column}) "  # noqa: S608
        f"VALUES (%s, %s, %s, clock_timestamp()) ON CONFLICT (name) DO UPDATE "
        f"SET every_seconds = excluded.every_seconds, {column} = excluded.{column}{error}"
    )


_UPSERT = {column: _upsert(column) for column in ("started_at", "succeeded_at", "failed_at")}
