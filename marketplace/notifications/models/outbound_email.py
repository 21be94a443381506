from django.db import models
from django.db.models import Q

from marketplace.notifications.models.outbound_message import DeliveryState, OutboundMessage


class OutboundEmail(OutboundMessage):
    """A letter to one address."""

    to = models.EmailField(max_length=254)
    from_email = models.CharField(max_length=320)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    last_error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "notifications_email"
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="QUEUED"),
                name="notifications_email_due",
            ),
            models.Index(fields=["to", "-id"], name="notifications_email_to"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="notifications_email_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="SENT", sent_at__isnull=False)
                | (~Q(state="SENT") & Q(sent_at__isnull=True)),
                name="notifications_email_sent_has_time",
            ),
        )

    def __str__(self) -> str:
        return self.subject
