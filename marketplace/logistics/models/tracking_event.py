from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.db import append_only
from marketplace.core.ids import new_id


class TrackingKind(models.TextChoices):
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"


class TrackingEvent(models.Model):
    """One scan as a carrier reported it: kept for ever, never changed, each once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField()
    shipment_id = models.UUIDField()
    carrier = models.CharField(max_length=40)
    carrier_event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=TrackingKind)
    occurred_at = models.DateTimeField()
    """The carrier's word for when it happened."""
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = append_only("logistics_tracking_event")
        constraints = (
            models.UniqueConstraint(
                fields=["carrier", "carrier_event_id", "order_id"],
                name="logistics_tracking_event_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TrackingKind.values), name="logistics_tracking_kind_known"
            ),
        )
        indexes = (
            models.Index(fields=["shipment_id", "occurred_at"], name="logistics_tracking_trail"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_at:%Y-%m-%d %H:%M}"
