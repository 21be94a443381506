"""Write an event, and the duties to deliver it, in the transaction of the change it tells of."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from sandbox.behaviour.orders import ACTIONS, OrderedBehaviour, take_behaviour
from sandbox.ids import new_id

HOLD_SECONDS = 5.0
LATE_SECONDS = 2.0
CONTRADICTION_SECONDS = 0.3

# What a confused provider would say about the same thing. A new kind of event
# needs an entry here only if it has an opposite.
_OPPOSITES = {
    "payment.succeeded": ("payment.declined", "declined"),
    "payment.declined": ("payment.succeeded", "succeeded"),
    "payment.cancelled": ("payment.succeeded", "succeeded"),
    "refund.succeeded": ("refund.failed", "failed"),
    "refund.failed": ("refund.succeeded", "succeeded"),
    "chargeback.won": ("chargeback.lost", "lost"),
    "chargeback.lost": ("chargeback.won", "won"),
    "payout.paid": ("payout.failed", "failed"),
    "payout.failed": ("payout.paid", "paid"),
    "payout.returned": ("payout.paid", "paid"),
    "tracking.delivered": ("tracking.in_transit", "in_transit"),
    "tracking.in_transit": ("tracking.delivered", "delivered"),
}
_INSERT = """
    WITH event AS (
        INSERT INTO webhooks_webhookevent
            (id, channel, type, reference, subject_id, body, created_at)
        VALUES (%(id)s, %(channel)s, %(type)s, %(reference)s, %(subject)s, %(body)s, %(at)s)
        RETURNING id)
    INSERT INTO webhooks_webhookdelivery
        (event_id, channel, status, attempts, next_attempt_at, forged, held_subject_id)
    SELECT event.id, %(channel)s, %(status)s, 0, %(due)s, %(forged)s, %(held)s
      FROM event, generate_series(1, %(copies)s)
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is told: its type, the thing as it is now, and what it belongs to."""

    type: str
    data: dict[str, Any]
    subject_id: str
    reference: str
    channel: str


def emit(
    *, event_type: str, data: dict[str, Any], subject_id: str, reference: str, channel: str
) -> None:
    """Record the event for delivery as the ordered behaviour wants it. Needs a transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("emit needs the transaction of the change it tells of")
    behaviour = take_behaviour("webhooks", reference, ACTIONS["webhooks"])
    fact = Fact(event_type, data, subject_id, reference, channel)
    _write(fact, behaviour)
    opposite = _OPPOSITES.get(event_type)
    if behaviour.action == "contradictory" and opposite is not None:
        claimed = replace(fact, type=opposite[0], data={**data, "status": opposite[1]})
        later = OrderedBehaviour("late", behaviour.delay(CONTRADICTION_SECONDS))
        _write(claimed, later)


def _write(fact: Fact, behaviour: OrderedBehaviour) -> None:
    now = timezone.now()
    event_id = new_id("evt")
    body = {"id": event_id, "type": fact.type, "created_at": now, "data": fact.data}
    held = behaviour.action == "reordered"
    wait_seconds = 0.0
    if held:
        wait_seconds = behaviour.delay(HOLD_SECONDS)
    elif behaviour.action == "late":
        wait_seconds = behaviour.delay(LATE_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "id": event_id,
                "channel": fact.channel,
                "type": fact.type,
                "reference": fact.reference,
                "subject": fact.subject_id,
                "body": orjson.dumps(body).decode(),
                "at": now,
                "status": "withheld" if behaviour.action == "lost" else "pending",
                "due": now + timedelta(seconds=wait_seconds),
                "forged": behaviour.action == "forged",
                "held": fact.subject_id if held else None,
                "copies": behaviour.copies if behaviour.action == "duplicate" else 1,
            },
        )
