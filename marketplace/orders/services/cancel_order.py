from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.orders.models import CancellationRequestStatus, CancelReason, Order, OrderStatus
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import OrderRepository
from marketplace.orders.services._ending import cancel
from marketplace.orders.services._staff import record_staff_action
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command, Party


@opens_transaction
def cancel_order(
    *, order_id: UUID, actor: Actor, reason: str = "", expected_version: int | None = None
) -> OrderSnapshot:
    """End the sale: the buyer while unpaid, the seller until it is shipped, an operator likewise.

    A shipped order whose carrier has not scanned it in time is the buyer's to cancel too. What was
    paid is refunded in full in the same transaction, and goods that never left are back in stock.

    Raises NotFound, NotYourPart, StaleVersion, OrderNotCancellable, OrderAlreadyShipped,
    OrderAlready…, ScanNotOverdue, OrderFrozen.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.CANCEL_ORDER)
    order.check_version(expected_version)
    before = order.status
    cancel(
        order,
        Command.CANCEL_ORDER,
        party=party,
        actor=actor,
        reason=_reason(order, party),
        at=clock.database_now(),
        note=reason,
        request_outcome=CancellationRequestStatus.GRANTED,
    )
    record_staff_action(
        order,
        actor,
        party,
        Command.CANCEL_ORDER,
        reason=reason,
        before={"status": before},
        after={"status": order.status},
    )
    return orders.snapshot(order, actor=actor)


def _reason(order: Order, party: Party) -> CancelReason:
    if party is Party.OPERATOR:
        return CancelReason.OPERATOR_CANCELLED
    if party is Party.SELLER:
        asked = order.cancellation_requested_at is not None
        return CancelReason.REQUEST_GRANTED if asked else CancelReason.SELLER_CANCELLED
    if order.status == OrderStatus.SHIPPED:
        return CancelReason.NOT_SCANNED
    return CancelReason.BUYER_CHANGED_MIND
