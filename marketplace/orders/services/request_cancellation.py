from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.events import CancellationRequested
from marketplace.orders.models import DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import (
    CancellationRequestRepository,
    DeadlineRepository,
    OrderRepository,
)
from marketplace.orders.services._facts import facts_of
from marketplace.orders.services._timers import answer_due_at
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command


@opens_transaction
def request_cancellation(
    *, order_id: UUID, actor: Actor, reason: str = "", expected_version: int | None = None
) -> OrderSnapshot:
    """The buyer of a paid order asks the seller to cancel it; the seller's silence cancels it.

    Raises NotFound, NotYourPart, StaleVersion, CancellationNotRequestable,
    CancellationAlreadyRequested, OrderAlready…, OrderFrozen.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.REQUEST_CANCELLATION)
    order.check_version(expected_version)
    now = clock.database_now()
    row = order.perform(Command.REQUEST_CANCELLATION, by=party, at=now)
    order.cancellation_requested_at = now
    fields = ("cancellation_requested_at",)
    orders.save(order, row, party=party, actor=actor, fields=fields, note=reason)
    CancellationRequestRepository().open(order, by=order.buyer_id, reason=reason, at=now)
    due_at = answer_due_at(order, now)
    DeadlineRepository().open(order, DeadlineKind.CANCEL_REQUEST, due_at=due_at, at=now)
    record(CancellationRequested(**facts_of(order), answer_by_at=due_at), key=order.id)
    return orders.snapshot(order, actor=actor)
