from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.events import ScanOverdue
from marketplace.orders.models import DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command


@opens_transaction
def note_missing_scan(*, order_id: UUID, actor: Actor) -> OrderSnapshot:
    """Nothing was heard of the parcel for too long: from now on the buyer may cancel.

    Raises NotYourPart, TimerNotApplicable, OrderAlready…, DeadlineNotDue.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.NOTE_MISSING_SCAN)
    order.transition_for(Command.NOTE_MISSING_SCAN, by=party)
    DeadlineRepository().act(order, DeadlineKind.NO_SCAN)
    now = clock.database_now()
    row = order.perform(Command.NOTE_MISSING_SCAN, by=party, at=now)
    order.scan_overdue_at = now
    orders.save(order, row, party=party, actor=actor, fields=("scan_overdue_at",))
    record(ScanOverdue(**facts_of(order)), key=order.id)
    return orders.snapshot(order, actor=actor)
