from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.logistics.services import create_shipment
from marketplace.orders.events import OrderShipped
from marketplace.orders.models import DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.services._timers import scan_due_at
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command


@opens_transaction
def ship_order(
    *,
    order_id: UUID,
    actor: Actor,
    carrier: str = "",
    tracking_number: str = "",
    expected_version: int | None = None,
) -> OrderSnapshot:
    """The seller has handed the goods over; a tracked order needs its tracking number.

    ``carrier`` defaults to the shipping method's. The seller's word starts no clock of the
    buyer's: only a delivery does. Raises NotFound, NotYourPart, StaleVersion, OrderNotShippable,
    CancellationRequestOpen, OrderAlready…, OrderFrozen, and of logistics CarrierUnknown,
    TrackingNumberMissing, TrackingNumberTaken.
    """
    orders, deadlines = OrderRepository(), DeadlineRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.SHIP_ORDER)
    order.check_version(expected_version)
    now = clock.database_now()
    row = order.perform(Command.SHIP_ORDER, by=party, at=now)
    shipment = create_shipment(
        order_id=order.id,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        carrier=carrier or order.carrier,
        tracking_number=tracking_number,
        tracked=order.is_tracked,
    )
    order.carrier, order.tracking_number = shipment.carrier, shipment.tracking_number
    order.shipment_id = shipment.id
    orders.save(
        order,
        row,
        party=party,
        actor=actor,
        fields=("carrier", "tracking_number", "shipment_id"),
        details={"carrier": shipment.carrier, "tracking_number": shipment.tracking_number},
    )
    deadlines.void(order, DeadlineKind.SHIP_BY, at=now)
    deadlines.open(order, DeadlineKind.NO_SCAN, due_at=scan_due_at(order, now), at=now)
    record(
        OrderShipped(
            **facts_of(order), carrier=order.carrier, tracking_number=order.tracking_number
        ),
        key=order.id,
    )
    return orders.snapshot(order, actor=actor)
