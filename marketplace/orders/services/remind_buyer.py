from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.events import CompletionNear
from marketplace.orders.models import DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.services._timers import reminder_lead
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command


@opens_transaction
def remind_buyer(*, order_id: UUID, actor: Actor) -> OrderSnapshot:
    """Tell the buyer that the order will complete by itself.

    A reminder that comes late moves the completion, so that the buyer always has the time that the
    terms promise between the two. Raises NotYourPart, TimerNotApplicable, OrderAlready…,
    OrderFrozen, DeadlineNotDue.
    """
    orders, deadlines = OrderRepository(), DeadlineRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.REMIND_BUYER)
    order.transition_for(Command.REMIND_BUYER, by=party)
    deadlines.act(order, DeadlineKind.REMINDER)
    now = clock.database_now()
    row = order.perform(Command.REMIND_BUYER, by=party, at=now)
    order.buyer_reminded_at = now
    orders.save(order, row, party=party, actor=actor, fields=("buyer_reminded_at",))
    completes_at = now + reminder_lead(order)
    if completion := deadlines.get_open(order, DeadlineKind.AUTO_COMPLETE):
        completes_at = max(completion.due_at, completes_at)
        deadlines.move(completion, due_at=completes_at)
    record(CompletionNear(**facts_of(order), completes_at=completes_at), key=order.id)
    return orders.snapshot(order, actor=actor)
