from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id


class SmsState(models.TextChoices):
    QUEUED = "QUEUED"
    SENT = "SENT"
    """Taken by the provider."""
    FAILED = "FAILED"
    """Given up."""


class OutboundSms(models.Model):
    """One text message to one number, on its way out.

    Written in the transaction of whatever caused it. It holds a one-time code, so its words are
    wiped as soon as it has left or is given up (kept on a developer's machine).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    to = models.CharField(max_length=16)
    """E.164."""
    text = models.CharField(max_length=320, blank=True, default="")
    state = models.CharField(max_length=6, choices=SmsState, default=SmsState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    """When it is due; while a worker has it, the moment at which another one may take over."""
    last_error = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

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
                condition=Q(state__in=SmsState.values), name="notifications_sms_state_known"
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
