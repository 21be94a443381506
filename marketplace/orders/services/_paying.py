"""What happens to an order, its stock and its deadlines once its money is in escrow."""

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.orders.events import OrderPaid
from marketplace.orders.models import DeadlineKind, Order
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.transitions import Command, Party
from marketplace.products.services import consume_reservation


@needs_transaction
def enter_paid(order: Order, *, party: Party, actor: Actor) -> None:
    """The locked order is paid: its stock is sold, and the seller's time to ship begins."""
    deadlines = DeadlineRepository()
    now = clock.database_now()
    row = order.perform(Command.RECEIVE_PAYMENT, by=party, at=now)
    OrderRepository().save(order, row, party=party, actor=actor)
    consume_reservation(order_id=order.id)
    ship_by_at = order.terms.ship_by(now)
    deadlines.void(order, DeadlineKind.PAY, at=now)
    deadlines.open(order, DeadlineKind.SHIP_BY, due_at=ship_by_at, at=now)
    record(OrderPaid(**facts_of(order), ship_by_at=ship_by_at), key=order.id)
