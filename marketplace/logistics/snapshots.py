"""What logistics hands out: frozen, no model ever leaves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.money import Money
from marketplace.logistics.models import Shipment, TrackingEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingQuote:
    method_code: str
    cost: Money
    tracked: bool
    in_person: bool
    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingMethodSnapshot:
    code: str
    name: str
    description: str
    carrier: str
    tracked: bool
    in_person: bool
    min_days: int
    max_days: int
    cost: Money
    free_from: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingEventSnapshot:
    kind: str
    occurred_at: datetime
    received_at: datetime

    @classmethod
    def of(cls, event: TrackingEvent) -> "TrackingEventSnapshot":
        return cls(kind=event.kind, occurred_at=event.occurred_at, received_at=event.received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentSnapshot:
    id: UUID
    order_id: UUID
    carrier: str
    tracking_number: str
    tracked: bool
    status: str
    created_at: datetime
    first_scanned_at: datetime | None
    last_scanned_at: datetime | None
    delivered_at: datetime | None
    events: tuple[TrackingEventSnapshot, ...] = ()

    @classmethod
    def of(
        cls, shipment: Shipment, events: tuple[TrackingEventSnapshot, ...] = ()
    ) -> "ShipmentSnapshot":
        return cls(
            id=shipment.id,
            order_id=shipment.order_id,
            carrier=shipment.carrier,
            tracking_number=shipment.tracking_number,
            tracked=shipment.is_tracked,
            status=shipment.status,
            created_at=shipment.created_at,
            first_scanned_at=shipment.first_scanned_at,
            last_scanned_at=shipment.last_scanned_at,
            delivered_at=shipment.delivered_at,
            events=events,
        )
