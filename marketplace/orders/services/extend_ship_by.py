from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.errors import ShipByExtensionTooLong, ShipByNotExtendable
from marketplace.orders.events import ShipByExtended
from marketplace.orders.models import DeadlineKind, Order
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.terms import add_business_days
from marketplace.orders.transitions import Command


@opens_transaction
def extend_ship_by(
    *, order_id: UUID, actor: Actor, business_days: int, expected_version: int | None = None
) -> OrderSnapshot:
    """The buyer gives the seller ``business_days`` more to ship, within what the terms allow.

    Raises NotFound, NotYourPart, StaleVersion, ShipByNotExtendable, ShipByExtensionTooLong,
    OrderAlready….
    """
    orders, deadlines = OrderRepository(), DeadlineRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.EXTEND_SHIP_BY)
    order.check_version(expected_version)
    row = order.perform(Command.EXTEND_SHIP_BY, by=party, at=clock.database_now())
    deadline = deadlines.get_open(order, DeadlineKind.SHIP_BY)
    if deadline is None:
        raise ShipByNotExtendable(status=order.status)
    order.ship_by_extension_days += business_days
    _check_extension(order, business_days)
    due_at = add_business_days(deadline.due_at, business_days)
    fields = ("ship_by_extension_days",)
    details = {"business_days": business_days, "ship_by_at": due_at.isoformat()}
    orders.save(order, row, party=party, actor=actor, fields=fields, details=details)
    deadlines.move(deadline, due_at=due_at)
    record(ShipByExtended(**facts_of(order), ship_by_at=due_at), key=order.id)
    return orders.snapshot(order, actor=actor)


def _check_extension(order: Order, business_days: int) -> None:
    most = order.terms.ship_extension_business_days
    if business_days < 1 or order.ship_by_extension_days > most:
        raise ShipByExtensionTooLong(
            f"Between 1 and {most} business days can be added in all.",
            fields={"business_days": [f"At most {most} in all."]},
        )
