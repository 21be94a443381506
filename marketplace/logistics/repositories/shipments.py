"""Load, lock and save shipments."""

from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Now

from marketplace.core.db import needs_transaction
from marketplace.logistics.models import Shipment

STATUS_FIELDS = ("status", "first_scanned_at", "last_scanned_at", "delivered_at")


class ShipmentRepository:
    @needs_transaction
    def lock_by_tracking(self, *, carrier: str, tracking_number: str) -> Shipment | None:
        # Two scans of one parcel at once: the second decides on what the first one wrote.
        return (
            Shipment.objects.select_for_update(no_key=True)
            .filter(carrier=carrier, tracking_number=tracking_number)
            .first()
        )

    def to_register(self, *, at: datetime | Now, limit: int) -> QuerySet[Shipment]:
        return Shipment.objects.filter(
            registered_at__isnull=True, register_after_at__lte=at
        ).order_by("register_after_at")[:limit]

    def save_status(self, shipment: Shipment) -> None:
        shipment.save(update_fields=STATUS_FIELDS)
