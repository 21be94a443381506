from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.orders.models import DeadlineKind, OrderStatus
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._timers import scan_due_at


@opens_transaction
def record_scan(*, order_id: UUID, actor: Actor) -> None:
    """The carrier has seen the parcel: the time without a scan counts from now again.

    For an order that is not on its way: no effect, since scans may come late. The buyer's right to
    cancel ends with the scan, unless it was used before.
    """
    order = OrderRepository().lock(order_id, actor=actor)
    if order.status != OrderStatus.SHIPPED:
        return
    deadlines, now = DeadlineRepository(), clock.database_now()
    due_at = scan_due_at(order, now)
    if deadline := deadlines.get_open(order, DeadlineKind.NO_SCAN):
        deadlines.move(deadline, due_at=due_at)
    else:
        deadlines.open(order, DeadlineKind.NO_SCAN, due_at=due_at, at=now)
    if order.scan_overdue_at is not None:
        order.scan_overdue_at = None
        order.save(update_fields=["scan_overdue_at"])
