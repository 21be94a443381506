"""Hand one event to its consumers, each once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from marketplace.core import clock
from marketplace.core.context import caused_by
from marketplace.core.db import joinable, with_retries
from marketplace.core.events.registry import Subscription, from_payload, subscriptions
from marketplace.core.models import InboxMessage


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event on its way, as the outbox stored it."""

    event_id: UUID
    key: UUID
    type: str
    version: int
    payload: dict[str, Any]
    request_id: str
    occurred_at: datetime


def deliver(envelope: Envelope, *, service: str | None = None) -> None:
    """Call every consumer (of ``service``, when given) that has not handled this event yet.

    Raises what the first failing handler raised; consumers before it keep their work.
    """
    for subscription in subscriptions(envelope.type, envelope.version):
        if service is None or subscription.service == service:
            deliver_to(subscription, envelope)


def deliver_to(subscription: Subscription, envelope: Envelope) -> None:
    """One consumer, one transaction: its inbox row and its effects commit together."""

    def attempt() -> None:
        with joinable():
            if _claim(subscription.consumer, envelope.event_id):
                subscription.handler(
                    from_payload(envelope.type, envelope.version, envelope.payload)
                )

    with caused_by(envelope.request_id):
        with_retries(attempt)


def _claim(consumer: str, event_id: UUID) -> bool:
    # A second delivery at the same moment waits here for the first one's commit, then finds it.
    table = InboxMessage._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (consumer, event_id, handled_at) VALUES (%s, %s, %s) "  # noqa: S608
            "ON CONFLICT DO NOTHING",
            [consumer, event_id, clock.now()],
        )
        return cursor.rowcount == 1
