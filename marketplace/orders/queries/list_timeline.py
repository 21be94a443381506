from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.orders.models import OrderEvent
from marketplace.orders.repositories import OrderRepository
from marketplace.orders.snapshots import TimelineEntry

MAX_ENTRIES = 500


def list_timeline(*, order_id: UUID, actor: Actor) -> tuple[TimelineEntry, ...]:
    """Who did what to an order, oldest first; strangers get NotFound. Two queries."""
    order = OrderRepository().get(order_id, actor=actor)
    rows = OrderEvent.objects.filter(order_id=order.id).order_by("version", "id")
    return tuple(TimelineEntry.of(event) for event in rows[:MAX_ENTRIES])
