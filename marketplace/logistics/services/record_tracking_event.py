from datetime import datetime

from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.logistics.events import ShipmentDelivered, ShipmentScanned
from marketplace.logistics.models import Shipment, ShipmentStatus, TrackingEvent
from marketplace.logistics.repositories import ShipmentRepository
from marketplace.logistics.snapshots import ShipmentSnapshot


@opens_transaction
def record_tracking_event(
    *,
    carrier: str,
    carrier_event_id: str,
    tracking_number: str,
    kind: str,
    occurred_at: datetime,
) -> ShipmentSnapshot:
    """A carrier's scan: kept for ever, and told to the order.

    The same scan twice is one. Scans in any order never move the shipment backwards, and a
    delivery is announced once. Raises NotFound when no shipment has this number (yet).
    """
    shipments = ShipmentRepository()
    shipment = shipments.lock_by_tracking(carrier=carrier, tracking_number=tracking_number)
    if shipment is None:
        raise NotFound("shipment")
    if TrackingEvent.objects.filter(
        carrier=carrier, carrier_event_id=carrier_event_id, order_id=shipment.order_id
    ).exists():
        return ShipmentSnapshot.of(shipment)
    TrackingEvent.objects.create(
        order_id=shipment.order_id,
        shipment_id=shipment.id,
        carrier=carrier,
        carrier_event_id=carrier_event_id,
        kind=kind,
        occurred_at=occurred_at,
    )
    moved = shipment.scanned(status=kind, occurred_at=occurred_at)
    shipments.save_status(shipment)
    _announce(shipment, occurred_at, delivered=moved and kind == ShipmentStatus.DELIVERED)
    return ShipmentSnapshot.of(shipment)


def _announce(shipment: Shipment, occurred_at: datetime, *, delivered: bool) -> None:
    if delivered:
        record(
            ShipmentDelivered(
                order_id=shipment.order_id,
                shipment_id=shipment.id,
                carrier=shipment.carrier,
                delivered_at=occurred_at,
            ),
            key=shipment.order_id,
        )
    elif shipment.status != ShipmentStatus.DELIVERED:
        record(
            ShipmentScanned(
                order_id=shipment.order_id,
                shipment_id=shipment.id,
                carrier=shipment.carrier,
                occurred_at=occurred_at,
            ),
            key=shipment.order_id,
        )
