"""What logistics publishes."""

from datetime import datetime
from uuid import UUID

from marketplace.core.events import DomainEvent, domain_event


@domain_event("logistics.ShipmentScanned")
class ShipmentScanned(DomainEvent):
    """The carrier has the parcel in its hands."""

    order_id: UUID
    shipment_id: UUID
    carrier: str
    occurred_at: datetime


@domain_event("logistics.ShipmentDelivered")
class ShipmentDelivered(DomainEvent):
    """The carrier says that the parcel reached its destination."""

    order_id: UUID
    shipment_id: UUID
    carrier: str
    delivered_at: datetime
