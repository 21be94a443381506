from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.events import OrderCompleted
from marketplace.orders.models import DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command
from marketplace.payments.services import release_escrow


@opens_transaction
def complete_automatically(*, order_id: UUID, actor: Actor) -> OrderSnapshot:
    """The inspection window ended without an objection, and the buyer had been reminded.

    Raises NotYourPart, TimerNotApplicable, OrderAlready…, OrderFrozen, BuyerNotReminded,
    DeadlineNotDue.
    """
    orders, deadlines = OrderRepository(), DeadlineRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.COMPLETE_AUTOMATICALLY)
    order.transition_for(Command.COMPLETE_AUTOMATICALLY, by=party)
    deadlines.act(order, DeadlineKind.AUTO_COMPLETE)
    now = clock.database_now()
    row = order.perform(Command.COMPLETE_AUTOMATICALLY, by=party, at=now)
    orders.save(order, row, party=party, actor=actor)
    deadlines.void_all(order, at=now)
    release_escrow(order_id=order.id)
    record(OrderCompleted(**facts_of(order), is_automatic=True), key=order.id)
    return orders.snapshot(order, actor=actor)
