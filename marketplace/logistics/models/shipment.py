from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id


class ShipmentStatus(models.TextChoices):
    CREATED = "CREATED"
    """The seller says it was handed over; no carrier has seen it."""
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"


class Shipment(models.Model):
    """One parcel of one order.

    A tracking number belongs to one shipment of a carrier, ever: the scans of one parcel cannot
    prove the delivery of another. Status only moves forward, in whatever order scans arrive.
    """

    RANK: ClassVar[dict[str, int]] = {"CREATED": 0, "IN_TRANSIT": 1, "DELIVERED": 2}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField(unique=True)
    """Upward reference: orders are above logistics."""
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    carrier = models.CharField(max_length=40, blank=True, default="")
    tracking_number = models.CharField(max_length=100, blank=True, default="")
    is_tracked = models.BooleanField()
    status = models.CharField(max_length=10, choices=ShipmentStatus, default=ShipmentStatus.CREATED)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    first_scanned_at = models.DateTimeField(null=True)
    last_scanned_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(null=True)
    """When the carrier agreed to report on this parcel."""
    registration_attempts = models.PositiveSmallIntegerField(default=0)
    register_after_at = models.DateTimeField(null=True)
    """Not before this moment, after a failed attempt; null when nothing is to be registered."""

    class Meta:
        db_table = "logistics_shipment"
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=ShipmentStatus.values),
                name="logistics_shipment_status_known",
            ),
            models.UniqueConstraint(
                fields=["carrier", "tracking_number"],
                condition=~Q(tracking_number=""),
                name="logistics_tracking_number_once",
            ),
            models.CheckConstraint(
                condition=Q(is_tracked=False) | (~Q(carrier="") & ~Q(tracking_number="")),
                name="logistics_tracked_has_number",
            ),
            models.CheckConstraint(
                condition=Q(status="DELIVERED", delivered_at__isnull=False)
                | (~Q(status="DELIVERED") & Q(delivered_at__isnull=True)),
                name="logistics_delivered_has_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["register_after_at"],
                name="logistics_to_register",
                condition=Q(registered_at__isnull=True, register_after_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip() or str(self.id)

    def scanned(self, *, status: str, occurred_at: datetime) -> bool:
        """Take in one scan; returns whether the status moved forward."""
        self.first_scanned_at = min(self.first_scanned_at or occurred_at, occurred_at)
        self.last_scanned_at = max(self.last_scanned_at or occurred_at, occurred_at)
        if self.RANK[status] <= self.RANK[self.status]:
            return False
        self.status = status
        if status == ShipmentStatus.DELIVERED:
            self.delivered_at = occurred_at
        return True
