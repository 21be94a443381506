"""The relay: takes facts from the outbox and hands them to the transport, in batches.

It holds its batch with ``FOR UPDATE SKIP LOCKED``, so several relays share the work, and a relay
that dies lets go of its rows at once. Delivery is at least once; the inbox makes it count once.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import structlog
from django.db import transaction
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.events.delivery import Envelope
from marketplace.core.models import OutboxEvent

BATCH_SIZE = 250
MAX_ATTEMPTS = 12
BACKOFF_SECONDS = (0.1, 0.5, 2, 5, 15, 60, 300, 900, 1800, 3600, 7200)

log = structlog.get_logger(__name__)


class Transport(Protocol):
    """Takes envelopes on; an envelope counts as taken when no error stands for its event."""

    def publish(self, envelopes: Sequence[Envelope]) -> dict[object, Exception]:
        """Hand on all ``envelopes``; returns the failures by event id. Never raises."""


def relay_batch(transport: Transport, *, size: int = BATCH_SIZE) -> int:
    """Hand on one batch; returns how many rows were taken from the outbox."""
    with transaction.atomic():
        rows = list(
            OutboxEvent.objects.select_for_update(skip_locked=True)
            .filter(published_at__isnull=True, dead_at__isnull=True)
            .filter(Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=clock.database_now()))
            .order_by("id")[:size]
        )
        if not rows:
            return 0
        failures = transport.publish([_envelope(row) for row in rows])
        published = [row.id for row in rows if row.event_id not in failures]
        OutboxEvent.objects.filter(id__in=published).update(published_at=clock.now())
        for row in rows:
            if error := failures.get(row.event_id):
                _postpone(row, error)
        return len(rows)


def _envelope(row: OutboxEvent) -> Envelope:
    return Envelope(
        event_id=row.event_id,
        key=row.key,
        type=row.type,
        version=row.version,
        payload=row.payload,
        request_id=row.request_id,
        occurred_at=row.occurred_at,
    )


def _postpone(row: OutboxEvent, error: Exception) -> None:
    row.attempts += 1
    row.last_error = f"{type(error).__name__}: {error}"[:2000]
    if row.attempts >= MAX_ATTEMPTS:
        row.dead_at = clock.now()
    else:
        pause = BACKOFF_SECONDS[min(row.attempts, len(BACKOFF_SECONDS)) - 1]
        row.next_attempt_at = clock.database_now() + timedelta(seconds=pause)
    row.save(update_fields=["attempts", "last_error", "dead_at", "next_attempt_at"])
    log.error(
        "event_not_delivered",
        event_id=str(row.event_id),
        type=row.type,
        attempts=row.attempts,
        dead=row.dead_at is not None,
        error=row.last_error,
    )
