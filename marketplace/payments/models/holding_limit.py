from django.db import models
from django.db.models import Q

from marketplace.core.ids import new_id


class HoldingLimit(models.Model):
    """How long a provider lets collected money wait before it must be paid on.

    The most specific row counts: country and currency, then country, then currency, then the
    provider alone; without any row the adapter's own figure does. A change binds later captures
    only, because each payment keeps its date.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.CharField(max_length=20)
    country = models.CharField(max_length=2, blank=True, default="")
    """Of our account with the provider (ISO 3166); empty: wherever it is."""
    currency = models.CharField(max_length=3, blank=True, default="")
    """Empty: any."""
    days = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True, default="")
    """Where the rule comes from."""

    class Meta:
        db_table = "payments_holding_limit"
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "country", "currency"], name="payments_holding_limit_once"
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1), name="payments_holding_limit_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.country or '*'} {self.currency or '*'}: {self.days} days"
