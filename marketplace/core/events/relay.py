"""The relay: takes facts from the outbox and hands them to the transport, in batches.

Order. A key's *head* is its oldest event that is neither published nor dead. The relay locks heads
(``FOR UPDATE SKIP LOCKED``) and then takes the events behind them: whoever holds the head owns the
key until its transaction ends, so several relays share the work and events of one key are still
handed on one after the other. A head that waits for its next attempt holds back its own key only.
A relay that dies lets go of its rows at once. Delivery is at least once; the inbox makes it count
once.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from django.db import connection, transaction

from marketplace.core import clock
from marketplace.core.events.delivery import Envelope, HeldBack, NotCounted
from marketplace.core.models import OutboxEvent

BATCH_SIZE = 250
MAX_ATTEMPTS = 12
BACKOFF_SECONDS = (0.1, 0.5, 2, 5, 10, 20, 30, 60, 60, 120, 120)
"""Some seven minutes in all: a handler touches nothing but the database, so what still fails then
is a fault in the code, and the rest of its key should not wait for the repair."""

TABLE = OutboxEvent._meta.db_table
PENDING = "published_at IS NULL AND dead_at IS NULL"

# What an idle relay asks, again and again: one round trip, no transaction, one look at an index.
ANY_DUE = f"""
    SELECT EXISTS (
        SELECT 1 FROM {TABLE} WHERE {PENDING}
           AND (next_attempt_at IS NULL OR next_attempt_at <= coalesce(%s, statement_timestamp())))
"""  # noqa: S608
# A later event of a key whose head another relay holds is no head in our snapshot either: the
# other's changes become visible only when it has let go.
LOCK_HEADS = f"""
    SELECT head.key FROM {TABLE} head
     WHERE head.published_at IS NULL AND head.dead_at IS NULL
       AND (head.next_attempt_at IS NULL
            OR head.next_attempt_at <= coalesce(%s, statement_timestamp()))
       AND NOT EXISTS (
           SELECT 1 FROM {TABLE} before
            WHERE before.key = head.key AND before.id < head.id
              AND before.published_at IS NULL AND before.dead_at IS NULL)
     ORDER BY head.id LIMIT %s
       FOR UPDATE OF head SKIP LOCKED
"""  # noqa: S608
TAKE = f"""
    SELECT id, attempts, event_id, key, type, version, payload::text, request_id, occurred_at
      FROM {TABLE} WHERE {PENDING} AND key = ANY(%s) ORDER BY id LIMIT %s
"""  # noqa: S608
MARK_PUBLISHED = f"""
    UPDATE {TABLE} SET published_at = coalesce(%s, clock_timestamp()) WHERE id = ANY(%s)
"""  # noqa: S608

log = structlog.get_logger(__name__)


class Transport(Protocol):
    """Takes envelopes on; an envelope counts as taken when no error stands for its event."""

    def publish(self, envelopes: Sequence[Envelope]) -> Mapping[UUID, Exception]:
        """Hand on all ``envelopes``; returns the failures by event id. Never raises, never hangs.

        :class:`HeldBack` says that an earlier event of the key failed, :class:`NotCounted` that the
        fault is not the event's: neither uses up one of its attempts.
        """

    def close(self) -> None: ...


def relay_batch(transport: Transport, *, size: int = BATCH_SIZE) -> int:
    """Hand on one batch; returns how many events were settled (published, or postponed)."""
    if not _any_due():
        return 0
    with transaction.atomic():
        rows = _take(size)
        if not rows:
            return 0
        failures = transport.publish([envelope for _, _, envelope in rows])
        published = [row_id for row_id, _, envelope in rows if envelope.event_id not in failures]
        if published:
            with connection.cursor() as cursor:
                cursor.execute(MARK_PUBLISHED, [clock.frozen_moment(), published])
        postponed = 0
        for row_id, attempts, envelope in rows:
            error = failures.get(envelope.event_id)
            if error is not None and not isinstance(error, HeldBack | NotCounted):
                _postpone(row_id, attempts + 1, envelope, error)
                postponed += 1
        return len(published) + postponed


def _any_due() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ANY_DUE, [clock.frozen_moment()])
        (any_due,) = cursor.fetchone()
    return bool(any_due)


def _take(size: int) -> list[tuple[int, int, Envelope]]:
    with connection.cursor() as cursor:
        cursor.execute(LOCK_HEADS, [clock.frozen_moment(), size])
        keys = [key for (key,) in cursor.fetchall()]
        if not keys:
            return []
        cursor.execute(TAKE, [keys, size])
        return [(row[0], row[1], Envelope.from_row(row[2:])) for row in cursor.fetchall()]


def _postpone(row_id: int, attempts: int, envelope: Envelope, error: Exception) -> None:
    changes: dict[str, Any] = {
        "attempts": attempts,
        "last_error": f"{type(error).__name__}: {error}"[:2000],
    }
    if attempts >= MAX_ATTEMPTS:
        changes["dead_at"] = clock.database_now()
    else:
        pause = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
        changes["next_attempt_at"] = clock.database_now() + timedelta(seconds=pause)
    OutboxEvent.objects.filter(id=row_id).update(**changes)
    log.error(
        "event_not_delivered",
        event_id=str(envelope.event_id),
        event_type=envelope.type,
        attempts=attempts,
        dead="dead_at" in changes,
        exc_info=error,
    )


def revive_dead(*, event_ids: Sequence[UUID] | None = None) -> int:
    """Give dead events (all, or these) their attempts again; for an operator, after the repair."""
    dead = OutboxEvent.objects.filter(dead_at__isnull=False)
    if event_ids is not None:
        dead = dead.filter(event_id__in=event_ids)
    return dead.update(dead_at=None, attempts=0, next_attempt_at=None)
