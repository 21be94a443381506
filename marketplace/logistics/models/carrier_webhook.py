from django.db import models
from django.db.models import Q

from marketplace.core import clock


class CarrierWebhook(models.Model):
    """A carrier's message exactly as it came, stored before anything is done about it.

    ``event_id`` is the carrier's own: a message sent twice is one row. A message about a parcel we
    do not know yet is tried again for a while, then ``unmatched_at`` asks an operator to look.
    """

    id = models.BigAutoField(primary_key=True)
    carrier = models.CharField(max_length=40)
    event_id = models.CharField(max_length=100)
    body = models.BinaryField()
    received_at = models.DateTimeField(default=clock.now)
    processed_at = models.DateTimeField(null=True)
    unmatched_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "logistics_carrier_webhook"
        constraints = (
            models.UniqueConstraint(
                fields=["carrier", "event_id"], name="logistics_carrier_webhook_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                name="logistics_webhook_pending",
                condition=Q(processed_at__isnull=True, unmatched_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.carrier} {self.event_id}"
