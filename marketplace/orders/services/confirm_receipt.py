from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.events import OrderCompleted
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command
from marketplace.payments.services import release_escrow


@opens_transaction
def confirm_receipt(
    *, order_id: UUID, actor: Actor, expected_version: int | None = None
) -> OrderSnapshot:
    """The buyer is satisfied: the order is completed and the seller is paid, or neither.

    Raises NotFound, NotYourPart, StaleVersion, OrderNotConfirmable, OrderAlready…, OrderFrozen.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.CONFIRM_RECEIPT)
    order.check_version(expected_version)
    now = clock.database_now()
    row = order.perform(Command.CONFIRM_RECEIPT, by=party, at=now)
    orders.save(order, row, party=party, actor=actor)
    DeadlineRepository().void_all(order, at=now)
    release_escrow(order_id=order.id)
    record(OrderCompleted(**facts_of(order), is_automatic=False), key=order.id)
    return orders.snapshot(order, actor=actor)
