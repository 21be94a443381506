"""Hand one event to its consumers, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Self
from uuid import UUID

import orjson
from django.db import connection

from marketplace.core import clock
from marketplace.core.context import caused_by
from marketplace.core.db import is_connection_failure, joinable, with_retries
from marketplace.core.events.registry import Subscription, from_payload, subscriptions
from marketplace.core.models import InboxMessage

CLAIM = (
    f"INSERT INTO {InboxMessage._meta.db_table} (consumer, event_id, handled_at) "  # noqa: S608
    "VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
)


class HeldBack(Exception):
    """An earlier event of the same key failed; this one waits its turn."""


class NotCounted(Exception):
    """The event could not be handed on through no fault of its own (database or broker away)."""


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

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Self:
        """From columns in the order of the fields, the payload as JSON text."""
        event_id, key, type_, version, payload, request_id, occurred_at = row
        body = orjson.loads(payload)
        return cls(event_id, key, type_, version, body, request_id, occurred_at.astimezone(UTC))

    def to_bytes(self) -> bytes:
        return orjson.dumps(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        members = orjson.loads(data)
        return cls(
            event_id=UUID(members["event_id"]),
            key=UUID(members["key"]),
            type=members["type"],
            version=members["version"],
            payload=members["payload"],
            request_id=members["request_id"],
            occurred_at=datetime.fromisoformat(members["occurred_at"]),
        )


def deliver(envelope: Envelope, *, service: str | None = None) -> None:
    """Call every consumer (of ``service``, when given) that has not handled this event yet.

    A consumer that fails stops none of the others; the first failure is raised at the end.
    """
    failure: Exception | None = None
    for subscription in subscriptions(envelope.type, envelope.version):
        if service is None or subscription.service == service:
            try:
                deliver_to(subscription, envelope)
            except Exception as error:  # noqa: BLE001 - raised below, after the others had their turn
                failure = failure or error
    if failure is not None:
        raise failure


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


def streams_of(envelopes: Sequence[Envelope]) -> list[list[Envelope]]:
    """The envelopes by key, each key's in the order given."""
    by_key = attrgetter("key")
    return [list(stream) for _, stream in groupby(sorted(envelopes, key=by_key), key=by_key)]


def deliver_stream(
    stream: Sequence[Envelope], *, service: str | None = None
) -> dict[UUID, Exception]:
    """Deliver events of one key in order, up to the first failure; returns what was not delivered.

    Never raises. A lost connection to the database is nobody's fault: see :class:`NotCounted`.
    """
    for position, envelope in enumerate(stream):
        try:
            deliver(envelope, service=service)
        except Exception as error:  # noqa: BLE001 - whatever it is, the event must be tried again
            failure = error
            if is_connection_failure(error):
                connection.close()
                failure = NotCounted(f"the database is away: {error}")
            held_back: dict[UUID, Exception] = {
                waiting.event_id: HeldBack() for waiting in stream[position + 1 :]
            }
            return {envelope.event_id: failure, **held_back}
    return {}


def _claim(consumer: str, event_id: UUID) -> bool:
    # A second delivery at the same moment waits here for the first one's commit, then finds it.
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [consumer, event_id, clock.now()])
        return bool(cursor.rowcount == 1)
