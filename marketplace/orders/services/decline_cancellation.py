from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.events import CancellationDeclined
from marketplace.orders.models import CancellationRequestStatus, DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import (
    CancellationRequestRepository,
    DeadlineRepository,
    OrderRepository,
)
from marketplace.orders.services._facts import facts_of
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command


@opens_transaction
def decline_cancellation(
    *, order_id: UUID, actor: Actor, reason: str = "", expected_version: int | None = None
) -> OrderSnapshot:
    """The seller goes on with the sale. (A seller who agrees cancels the order.)

    Raises NotFound, NotYourPart, StaleVersion, NoOpenCancellationRequest, OrderAlready….
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.DECLINE_CANCELLATION)
    order.check_version(expected_version)
    now = clock.database_now()
    row = order.perform(Command.DECLINE_CANCELLATION, by=party, at=now)
    order.cancellation_requested_at = None
    fields = ("cancellation_requested_at",)
    orders.save(order, row, party=party, actor=actor, fields=fields, note=reason)
    CancellationRequestRepository().close(
        order, CancellationRequestStatus.DECLINED, at=now, answer=reason
    )
    DeadlineRepository().void(order, DeadlineKind.CANCEL_REQUEST, at=now)
    record(CancellationDeclined(**facts_of(order)), key=order.id)
    return orders.snapshot(order, actor=actor)
