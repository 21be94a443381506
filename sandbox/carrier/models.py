"""Shipments and what the carrier saw of them."""

from django.db import models


class Shipment(models.Model):
    """A parcel the carrier was told of. Its status only moves forward."""

    class Status(models.TextChoices):
        ANNOUNCED = "announced"
        IN_TRANSIT = "in_transit"
        DELIVERED = "delivered"

    id = models.CharField(primary_key=True, max_length=40)
    tracking_number = models.CharField(max_length=100, unique=True)
    reference = models.CharField(max_length=100)
    status = models.CharField(max_length=20, choices=Status.choices)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.tracking_number} {self.status}"


class TrackingEvent(models.Model):
    """One scan."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="events")
    status = models.CharField(max_length=20)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shipment"],
                condition=models.Q(status="delivered"),
                name="tracking_delivered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.status}"
