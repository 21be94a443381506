"""When a job looks again at something that is open at a provider."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection, models
from django.db.models import QuerySet

from marketplace.core import clock

BATCH_SIZE = 20
LEASE_SECONDS = 60
"""How long a job may take over what it has claimed; a crash gives it back after that."""
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 3600.0
LOOK_SOON_SECONDS = 2
ASK_AGAIN = "ask again"
"""What the provider said may be older than what our books say."""
POLL_SECONDS = 30.0
"""First look at what a webhook should tell: webhooks are lost now and then."""


# One statement whether there is something or not: several jobs ask this all day long.
CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id FROM {table} WHERE next_check_at <= coalesce(%s, statement_timestamp()){only}
         ORDER BY next_check_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE {table} SET checks = checks + 1,
           next_check_at = coalesce(%s, statement_timestamp()) + make_interval(secs => %s)
     WHERE id IN (SELECT id FROM due) RETURNING id
"""


def claim_due(
    model: type[models.Model], *, limit: int = BATCH_SIZE, only: str = ""
) -> Sequence[UUID]:
    """Take what is due and put its next appointment a lease away, in a transaction of its own.

    ``only`` is a condition of ours, in SQL, on the rows that may be taken.

    SKIP LOCKED: several workers share the work. The lease is committed before any call, so that a
    worker that dies while calling leaves the row to the next one.
    """
    at = clock.frozen_moment()
    with connection.cursor() as cursor:
        condition = f" AND {only}" if only else ""
        statement = CLAIM.format(table=model._meta.db_table, only=condition)
        cursor.execute(statement, [at, limit, at, LEASE_SECONDS])
        return [row_id for (row_id,) in cursor.fetchall()]


def look_again(row: models.Model, *, error: str = "", first_seconds: float = 1.0) -> None:
    """The next appointment of a locked row, twice as far away each time."""
    checks: int = row.checks  # type: ignore[attr-defined]
    wait_seconds = min(first_seconds * 2 ** min(checks, 20), LONGEST_WAIT_SECONDS)
    rows: QuerySet[models.Model] = QuerySet(type(row))
    rows.filter(pk=row.pk).update(
        next_check_at=clock.database_moment() + timedelta(seconds=wait_seconds),
        last_error=error[:500],
        checks=checks,
    )


def look_soon(row: models.Model) -> None:
    """Bring a distant appointment forward; there is none to make where none is left."""
    soon = clock.database_now() + timedelta(seconds=LOOK_SOON_SECONDS)
    rows: QuerySet[models.Model] = QuerySet(type(row))
    rows.filter(pk=row.pk, next_check_at__gt=soon).update(next_check_at=soon)


def give_back(row: models.Model) -> None:
    """Undo a claim that did nothing, unless somebody has claimed it since: it is due at once."""
    claims: int = row.checks  # type: ignore[attr-defined]
    rows: QuerySet[models.Model] = QuerySet(type(row))
    rows.filter(pk=row.pk, checks=claims).update(
        next_check_at=clock.database_moment(), checks=claims - 1
    )


def no_more(row: models.Model) -> None:
    """Nothing is left to ask."""
    row.next_check_at = None  # type: ignore[attr-defined]
    row.last_error = ""  # type: ignore[attr-defined]
    row.save(update_fields=["next_check_at", "last_error"])
