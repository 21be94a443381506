"""When a job looks again at something that is open at a provider."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, QuerySet

from marketplace.core import clock

M = TypeVar("M", bound=models.Model)

BATCH_SIZE = 20
LEASE_SECONDS = 60
"""How long a job may take over what it has claimed; a crash gives it back after that."""
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 3600.0
POLL_SECONDS = 30.0
"""First look at what a webhook should tell: webhooks are lost now and then."""


def claim_due(model: type[M], *, limit: int = BATCH_SIZE) -> Sequence[UUID]:
    """Take what is due and put its next appointment a lease away, in a transaction of its own.

    SKIP LOCKED: several workers share the work. The lease is committed before any call, so that a
    worker that dies while calling leaves the row to the next one.
    """
    rows: QuerySet[M] = QuerySet(model)
    at = clock.database_now()
    with transaction.atomic():
        ids = list(
            rows.select_for_update(skip_locked=True, no_key=True)
            .filter(next_check_at__lte=at)
            .order_by("next_check_at")
            .values_list("id", flat=True)[:limit]
        )
        rows.filter(id__in=ids).update(
            next_check_at=at + timedelta(seconds=LEASE_SECONDS), checks=F("checks") + 1
        )
    return ids


def look_again(row: models.Model, *, error: str = "", first_seconds: float = 1.0) -> None:
    """The next appointment, twice as far away each time."""
    checks: int = row.checks  # type: ignore[attr-defined]
    wait_seconds = min(first_seconds * 2 ** min(checks, 20), LONGEST_WAIT_SECONDS)
    row.next_check_at = clock.database_now() + timedelta(seconds=wait_seconds)  # type: ignore[attr-defined]
    row.last_error = error[:500]  # type: ignore[attr-defined]
    row.save(update_fields=["next_check_at", "last_error"])


def no_more(row: models.Model) -> None:
    """Nothing is left to ask."""
    row.next_check_at = None  # type: ignore[attr-defined]
    row.last_error = ""  # type: ignore[attr-defined]
    row.save(update_fields=["next_check_at", "last_error"])
