"""For tests: hand on everything in the outbox now, on this connection."""

from collections.abc import Sequence

from django.db import transaction

from marketplace.core.events.delivery import Envelope, deliver
from marketplace.core.events.relay import _envelope
from marketplace.core.models import OutboxEvent

MAX_ROUNDS = 100


def deliver_all() -> int:
    """Deliver pending events, and those their handlers record, until none is left.

    A failing handler raises here. Returns how many events were delivered.
    """
    total = 0
    for _ in range(MAX_ROUNDS):
        rows: Sequence[OutboxEvent] = OutboxEvent.objects.filter(
            published_at__isnull=True, dead_at__isnull=True
        ).order_by("id")
        envelopes: list[Envelope] = [_envelope(row) for row in rows]
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


def recorded(event_type: str) -> list[dict[str, object]]:
    """Payloads of the recorded events of one type, oldest first."""
    rows = OutboxEvent.objects.filter(type=event_type).order_by("id")
    return [row.payload for row in rows]
