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
def expire_payment(*, order_id: UUID, actor: Actor) -> OrderSnapshot:
    """The buyer did not pay in time: the order is cancelled and the goods are for sale again.

    A payment that the provider reports later is held, reviewed and refunded: never dropped.

    Raises NotYourPart, TimerNotApplicable, OrderAlready…, OrderFrozen, DeadlineNotDue.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.EXPIRE_PAYMENT)
    order.transition_for(Command.EXPIRE_PAYMENT, by=party)
    DeadlineRepository().act(order, DeadlineKind.PAY)
    cancel(
        order,
        Command.EXPIRE_PAYMENT,
        party=party,
        actor=actor,
        reason=CancelReason.PAYMENT_EXPIRED,
        at=clock.database_now(),
    )
    return orders.snapshot(order, actor=actor)
