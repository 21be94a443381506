from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import new_id


class CommissionRule(models.Model):
    """What the platform takes of a sale, in basis points, for a category or by default.

    The rule of the nearest category wins, then that of its ancestors, then the default one (no
    category). A rule that is used is never edited by the platform; an operator's edit binds later
    sales only, because every sale froze its terms.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    category_id = models.UUIDField(null=True, blank=True)
    """A category of the catalogue, which stands beside this service; NULL: every sale."""
    rate_bps = models.IntegerField(help_text="Basis points: 750 is 7.5 %.")
    valid_from_at = models.DateTimeField()
    valid_until_at = models.DateTimeField(null=True, blank=True)
    """NULL: until further notice."""
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "payments_commission_rule"
        constraints = (
            models.CheckConstraint(
                condition=Q(rate_bps__gte=0, rate_bps__lte=10_000),
                name="payments_commission_rate_0_to_100_percent",
            ),
            models.CheckConstraint(
                condition=Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=F("valid_from_at")),
                name="payments_commission_validity_forward",
            ),
        )
        indexes = (models.Index(fields=["category_id"], name="payments_commission_category"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.rate_bps} bps)"
