"""Domain events: published facts, the outbox they are written to, and the reactions to them."""

from marketplace.core.events.outbox import record
from marketplace.core.events.registry import DomainEvent, domain_event, handles

__all__ = ["DomainEvent", "domain_event", "handles", "record"]
