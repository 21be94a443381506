from django.db import models

from marketplace.core import clock
from marketplace.core.db import append_only
from marketplace.core.ids import new_id


class OrderEvent(models.Model):
    """One line of an order's timeline: who did what, when. Never changed, never removed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField()
    version = models.PositiveIntegerField()
    """The order's version after this."""
    command = models.CharField(max_length=40)
    party = models.CharField(max_length=8)
    actor = models.CharField(max_length=120)
    from_status = models.CharField(max_length=16, blank=True, default="")
    to_status = models.CharField(max_length=16)
    note = models.CharField(max_length=1000, blank=True, default="")
    """What the actor said, shown to both parties."""
    details = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = append_only("orders_order_event")
        indexes = (models.Index(fields=["order_id", "version", "id"], name="orders_timeline"),)

    def __str__(self) -> str:
        return f"{self.command} by {self.party}"
