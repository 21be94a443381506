from django.conf import settings
from django.db import models

from marketplace.core import clock
from marketplace.core.ids import new_id


class Checkout(models.Model):
    """One basket of one buyer: an order per seller, placed together or not at all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "orders_checkout"

    def __str__(self) -> str:
        return str(self.id)
