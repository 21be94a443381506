"""Facts and reactions for the tests of events."""

from uuid import UUID

from marketplace.core.events import DomainEvent, domain_event


@domain_event("samples.ThingCounted")
class ThingCounted(DomainEvent):
    thing_id: UUID
    number: int
    note: str = ""
