from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.events import OrderAccepted
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command


@opens_transaction
def accept_order(
    *, order_id: UUID, actor: Actor, expected_version: int | None = None
) -> OrderSnapshot:
    """The seller takes a paid order on. The time for shipping has been running since it was paid.

    Raises NotFound, NotYourPart, StaleVersion, OrderNotAcceptable, OrderAlready…, OrderFrozen.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.ACCEPT_ORDER)
    order.check_version(expected_version)
    row = order.perform(Command.ACCEPT_ORDER, by=party, at=clock.database_now())
    orders.save(order, row, party=party, actor=actor)
    record(OrderAccepted(**facts_of(order)), key=order.id)
    return orders.snapshot(order, actor=actor)
