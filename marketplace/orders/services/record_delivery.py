from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.orders.events import OrderDelivered
from marketplace.orders.models import DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.services._staff import record_staff_action
from marketplace.orders.services._timers import inspection_window, reminder_lead
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command, Party


@opens_transaction
def record_delivery(
    *, order_id: UUID, actor: Actor, note: str = "", expected_version: int | None = None
) -> OrderSnapshot:
    """The goods have arrived, as the buyer, the carrier or an operator says; never the seller.

    The buyer's inspection window starts now (by the database's clock, not by the carrier's): when
    it ends without an objection, the seller is paid. An operator says in ``note`` how they know.
    Raises NotFound, NotYourPart, InvalidInput (an operator without a note), StaleVersion,
    OrderNotDeliverable, OrderAlready….
    """
    orders, deadlines = OrderRepository(), DeadlineRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.RECORD_DELIVERY)
    if party is Party.OPERATOR and not note.strip():
        raise InvalidInput(fields={"note": ["Say how you know."]})
    order.check_version(expected_version)
    before = order.status
    now = clock.database_now()
    row = order.perform(Command.RECORD_DELIVERY, by=party, at=now)
    order.scan_overdue_at = None
    orders.save(order, row, party=party, actor=actor, fields=("scan_overdue_at",), note=note)
    record_staff_action(
        order,
        actor,
        party,
        Command.RECORD_DELIVERY,
        reason=note,
        before={"status": before},
        after={"status": order.status},
    )
    completes_at = now + inspection_window(order)
    deadlines.void(order, DeadlineKind.NO_SCAN, at=now)
    deadlines.open(order, DeadlineKind.AUTO_COMPLETE, due_at=completes_at, at=now)
    deadlines.open(order, DeadlineKind.REMINDER, due_at=completes_at - reminder_lead(order), at=now)
    record(
        OrderDelivered(**facts_of(order), reported_by=party, completes_at=completes_at),
        key=order.id,
    )
    return orders.snapshot(order, actor=actor)
