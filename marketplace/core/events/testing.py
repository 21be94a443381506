"""For tests: hand on everything in the outbox now, on this connection."""

from django.db import connection, transaction

from marketplace.core.events.delivery import Envelope, deliver
from marketplace.core.events.relay import PENDING, TABLE
from marketplace.core.models import OutboxEvent

MAX_ROUNDS = 100
TAKE_ALL = (
    "SELECT event_id, key, type, version, payload::text, request_id, occurred_at "  # noqa: S608
    f"FROM {TABLE} WHERE {PENDING} ORDER BY id"
)


def deliver_all() -> int:
    """Deliver pending events, and those their handlers record, until none is left.

    A failing handler raises here. Returns how many events were delivered.
    """
    total = 0
    for _ in range(MAX_ROUNDS):
        envelopes = pending()
        if not envelopes:
            return total
        for envelope in envelopes:
            deliver(envelope)
            with transaction.atomic():
                OutboxEvent.objects.filter(event_id=envelope.event_id).update(
                    published_at=envelope.occurred_at
                )
            total += 1
    raise AssertionError("handlers keep recording events without end")


def pending() -> list[Envelope]:
    """What the outbox still has to hand on, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_ALL)
        return [Envelope.from_row(row) for row in cursor.fetchall()]


def recorded(event_type: str) -> list[dict[str, object]]:
    """Payloads of the recorded events of one type, oldest first."""
    rows = OutboxEvent.objects.filter(type=event_type).order_by("id")
    return [row.payload for row in rows]
