from django.db import models
from django.db.models import Q

from marketplace.notifications.models.outbound_message import DeliveryState, OutboundMessage


class OutboundSms(OutboundMessage):
    """A text message to one number."""

    to = models.CharField(max_length=16)
    """E.164."""
    text = models.CharField(max_length=320, blank=True, default="")
    last_error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "notifications_sms"
        verbose_name = "outbound text message"
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="QUEUED"),
                name="notifications_sms_due",
            ),
            models.Index(fields=["to", "-id"], name="notifications_sms_to"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="notifications_sms_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="SENT", sent_at__isnull=False)
                | (~Q(state="SENT") & Q(sent_at__isnull=True)),
                name="notifications_sms_sent_has_time",
            ),
            models.CheckConstraint(
                condition=Q(to__regex=r"^\+[1-9][0-9]{6,14}$"), name="notifications_sms_to_is_e164"
            ),
        )

    def __str__(self) -> str:
        return f"text message {self.id}"
