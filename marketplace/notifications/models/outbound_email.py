from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id


class EmailState(models.TextChoices):
    QUEUED = "QUEUED"
    SENT = "SENT"
    """Taken by the delivery backend."""
    FAILED = "FAILED"
    """Given up."""


class OutboundEmail(models.Model):
    """One letter to one address, on its way out.

    Written in the transaction of whatever caused it: no commit, no letter. Its words may hold a
    one-time key, so they are wiped as soon as the letter is sent or given up (kept on a
    developer's machine, where the outbox page shows them). Nothing has a foreign key to this table.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    to = models.EmailField(max_length=254)
    from_email = models.CharField(max_length=320)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    state = models.CharField(max_length=6, choices=EmailState, default=EmailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    """When it is due; while a worker has it, the moment at which another one may take over."""
    last_error = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

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
                condition=Q(state__in=EmailState.values), name="notifications_email_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="SENT", sent_at__isnull=False)
                | (~Q(state="SENT") & Q(sent_at__isnull=True)),
                name="notifications_email_sent_has_time",
            ),
        )

    def __str__(self) -> str:
        return self.subject
