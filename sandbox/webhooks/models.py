"""What happened, to whom it must be told, and every attempt to tell it."""

from django.db import models
from django.db.models import Q


class WebhookEvent(models.Model):
    """A fact, with the exact body that is sent; written with the change it tells of."""

    id = models.CharField(primary_key=True, max_length=40)
    channel = models.CharField(max_length=10)
    type = models.CharField(max_length=40)
    reference = models.CharField(max_length=100)
    # The payment, payout or shipment it belongs to: what "out of order" is about.
    subject_id = models.CharField(max_length=60)
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["reference"], name="webhook_event_reference")]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class WebhookDelivery(models.Model):
    """The duty to deliver one event once; a duplicated event has several.

    A deliverer claims it by moving `next_attempt_at` past the longest possible attempt. Should it
    die, the delivery simply becomes due again: at least once, never lost.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        ABANDONED = "abandoned"
        WITHHELD = "withheld"

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(WebhookEvent, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=Status.choices)
    attempts = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    forged = models.BooleanField(default=False)
    # Waits until a later event of the same subject has arrived (or its time has come).
    held_subject_id = models.CharField(max_length=60, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="delivered", delivered_at__isnull=False)
                | (~Q(status="delivered") & Q(delivered_at__isnull=True)),
                name="webhook_delivered_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="webhook_delivery_due",
                condition=Q(status="pending"),
            ),
            models.Index(
                fields=["held_subject_id"],
                name="webhook_delivery_held",
                condition=Q(status="pending", held_subject_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.status}"


class WebhookAttempt(models.Model):
    """One try. It exists before the request is sent; `finished_at` stays empty after a crash."""

    id = models.BigAutoField(primary_key=True)
    delivery_id = models.BigIntegerField()
    number = models.IntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    response_status = models.SmallIntegerField(null=True)
    error = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["delivery_id", "number"], name="webhook_attempt_number_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.delivery_id}"
