"""The outbox: facts leave the platform's transactions only through this table."""

from uuid import UUID

from marketplace.core import clock
from marketplace.core.context import current_request_id
from marketplace.core.db import needs_transaction
from marketplace.core.events.registry import DomainEvent, to_payload
from marketplace.core.ids import new_id
from marketplace.core.models import OutboxEvent


@needs_transaction
def record(event: DomainEvent, *, key: UUID) -> UUID:
    """Publish ``event`` if and only if the surrounding transaction commits; returns its id.

    ``key`` is the aggregate it is about: events of one key are handed on in order.
    """
    event_id = new_id()
    OutboxEvent.objects.create(
        event_id=event_id,
        key=key,
        type=event.event_type,
        version=event.event_version,
        payload=to_payload(event),
        request_id=current_request_id(),
        occurred_at=clock.now(),
    )
    return event_id
