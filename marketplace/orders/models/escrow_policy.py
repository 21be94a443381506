from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.orders.terms import EscrowTerms


def _number(default: int) -> "models.PositiveIntegerField[int, int]":
    return models.PositiveIntegerField(default=default, validators=[MinValueValidator(1)])


class EscrowPolicy(models.Model):
    """The timers of new orders: one row for everything, and one for each category that differs.

    An order pins a copy when it is placed, so that editing a row never touches a running deal.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    category = models.ForeignKey(
        "products.Category", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    """Empty on the row for everything else; sub-categories follow their nearest ancestor."""
    pay_within_minutes = _number(30)
    """By card."""
    pay_slow_within_hours = _number(24)
    """By bank transfer or mobile money."""
    cancellation_answer_hours = _number(72)
    ship_within_business_days = _number(5)
    ship_extension_business_days = _number(10)
    """The most that a buyer may add, in all."""
    scan_within_days = _number(15)
    inspection_tracked_hours = _number(72)
    inspection_untracked_hours = _number(168)
    inspection_in_person_hours = _number(24)
    reminder_before_hours = _number(24)
    """At most half of the inspection window."""
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "orders_escrow_policy"
        verbose_name_plural = "escrow policies"
        constraints = (
            models.UniqueConstraint(
                fields=["category"], nulls_distinct=False, name="orders_policy_once_per_category"
            ),
            models.CheckConstraint(
                condition=Q(
                    pay_within_minutes__gte=1,
                    pay_slow_within_hours__gte=1,
                    cancellation_answer_hours__gte=1,
                    ship_within_business_days__gte=1,
                    scan_within_days__gte=1,
                    inspection_tracked_hours__gte=1,
                    inspection_untracked_hours__gte=1,
                    inspection_in_person_hours__gte=1,
                ),
                name="orders_policy_timers_positive",
            ),
        )

    def __str__(self) -> str:
        return f"policy of {self.category_id or 'everything'}"

    def terms(self) -> EscrowTerms:
        return EscrowTerms.from_json(
            {name: getattr(self, name) for name in EscrowTerms.__dataclass_fields__}
        )
