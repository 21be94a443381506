from django.db import models

from marketplace.core import clock
from marketplace.core.ids import new_id


class DeliveryState(models.TextChoices):
    QUEUED = "QUEUED"
    SENT = "SENT"
    """Taken by whoever delivers."""
    FAILED = "FAILED"
    """Given up."""


class OutboundMessage(models.Model):
    """One message to one reader, on its way out.

    Written in the transaction of whatever caused it: no commit, no message. Its words may hold a
    one-time key or code, so they are wiped as soon as it is sent or given up (kept on a developer's
    machine, where the outbox page shows them). Nothing has a foreign key to such a table.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=6, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    """When it is due; while a worker has it, the moment at which another one may take over."""
    created_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
