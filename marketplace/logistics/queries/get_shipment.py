from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.logistics.models import Shipment, TrackingEvent
from marketplace.logistics.policies import may_see
from marketplace.logistics.snapshots import ShipmentSnapshot, TrackingEventSnapshot

MAX_TRACKING_EVENTS = 200


def get_shipment(*, shipment_id: UUID, actor: Actor) -> ShipmentSnapshot:
    """One shipment with its scans, for its two parties and operators; strangers get NotFound."""
    shipment = Shipment.objects.filter(id=shipment_id).first()
    if shipment is None or not may_see(shipment, actor):
        raise NotFound("shipment")
    return ShipmentSnapshot.of(shipment, _events(shipment))


def get_shipment_of_order(*, order_id: UUID) -> ShipmentSnapshot | None:
    """The shipment of an order; the caller has seen to it that the reader may know."""
    shipment = Shipment.objects.filter(order_id=order_id).first()
    return ShipmentSnapshot.of(shipment) if shipment else None


def _events(shipment: Shipment) -> tuple[TrackingEventSnapshot, ...]:
    rows = TrackingEvent.objects.filter(shipment_id=shipment.id).order_by("-occurred_at", "-id")
    return tuple(TrackingEventSnapshot.of(event) for event in rows[:MAX_TRACKING_EVENTS])
