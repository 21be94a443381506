from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from marketplace.core.ids import new_id
from marketplace.core.level_scope import LevelScope, constraints_of_scope


class RiskPolicy(LevelScope):
    """When a sale is looked at: by the currency of the sale and the level of its seller.

    The most specific row wins, member by member (``core.level_scope``); what none says is off.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    buyers_per_instrument = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="A sale is looked at when more buyers than this paid with one card or account "
        "within 24 hours. Empty: never.",
    )

    class Meta:
        db_table = "payments_risk_policy"
        verbose_name_plural = "risk policies"
        constraints = (
            *constraints_of_scope("payments_risk_policy"),
            models.CheckConstraint(
                condition=Q(buyers_per_instrument__isnull=True) | Q(buyers_per_instrument__gte=1),
                name="payments_risk_policy_in_range",
            ),
        )
