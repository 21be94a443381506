"""The outbox: facts leave the platform's transactions only through this table."""

from uuid import UUID

import orjson
from django.db import connection

from marketplace.core import clock
from marketplace.core.context import current_request_id
from marketplace.core.db import needs_transaction
from marketplace.core.events.registry import DomainEvent, to_payload
from marketplace.core.ids import new_id
from marketplace.core.models import OutboxEvent

# One statement in plain SQL: this runs in every command, and the ORM's share of it was two thirds.
INSERT = (
    f"INSERT INTO {OutboxEvent._meta.db_table} (event_id, key, type, version, payload, "  # noqa: S608
    "request_id, occurred_at, attempts, last_error) VALUES (%s, %s, %s, %s, %s, %s, %s, 0, '')"
)


@needs_transaction
def record(event: DomainEvent, *, key: UUID) -> UUID:
    """Publish ``event`` if and only if the surrounding transaction commits; returns its id.

    ``key`` is the aggregate it is about: events of one key are handed on in the order in which
    they were recorded, provided that the caller holds the aggregate's lock, as every command does.
    """
    event_id = new_id()
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                event_id,
                key,
                event.event_type,
                event.event_version,
                orjson.dumps(to_payload(event)).decode(),
                current_request_id(),
                clock.now(),
            ],
        )
    return event_id
