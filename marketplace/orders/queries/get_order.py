from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.orders.repositories import OrderRepository
from marketplace.orders.snapshots import OrderSnapshot


def get_order(*, order_id: UUID, actor: Actor) -> OrderSnapshot:
    """The order itself, not its read model; strangers get NotFound. Two queries."""
    orders = OrderRepository()
    return orders.snapshot(orders.get(order_id, actor=actor), actor=actor)
