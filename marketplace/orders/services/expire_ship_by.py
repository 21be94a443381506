from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.orders.models import CancelReason, DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._ending import cancel
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command


@opens_transaction
def expire_ship_by(*, order_id: UUID, actor: Actor) -> OrderSnapshot:
    """The seller did not ship in time: the buyer gets everything back.

    Raises NotYourPart, TimerNotApplicable, OrderAlready…, OrderFrozen, DeadlineNotDue.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.EXPIRE_SHIP_BY)
    order.transition_for(Command.EXPIRE_SHIP_BY, by=party)
    DeadlineRepository().act(order, DeadlineKind.SHIP_BY)
    cancel(
        order,
        Command.EXPIRE_SHIP_BY,
        party=party,
        actor=actor,
        reason=CancelReason.NOT_SHIPPED_IN_TIME,
        at=clock.database_now(),
    )
    return orders.snapshot(order, actor=actor)
