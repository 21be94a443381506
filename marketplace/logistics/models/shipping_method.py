from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from marketplace.core import clock
from marketplace.core.ids import new_id


class RateStrategy(models.TextChoices):
    """How a method's price is found; the code behind each is in ``logistics.rates``."""

    FLAT = "FLAT", "flat"
    FREE_ABOVE = "FREE_ABOVE", "flat, free from a subtotal on"
    BY_WEIGHT = "BY_WEIGHT", "a base price and a price per started kilogram"


class ShippingMethod(models.Model):
    """A way in which goods reach the buyer. Rows are data: an operator adds and prices them.

    ``code`` never changes once orders name it. Every way is either tracked by its carrier, met in
    person, or neither; never both.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True, default="")
    carrier = models.SlugField(max_length=40, blank=True, default="")
    """Code of the carrier's adapter; empty when no carrier is involved."""
    is_tracked = models.BooleanField(default=True)
    is_in_person = models.BooleanField(default=False)
    strategy = models.CharField(max_length=10, choices=RateStrategy, default=RateStrategy.FLAT)
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    """ISO 3166 alpha-2 codes of the destinations served; empty means everywhere."""
    min_days = models.PositiveSmallIntegerField(default=1)
    max_days = models.PositiveSmallIntegerField(default=5)
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "logistics_shipping_method"
        constraints = (
            models.CheckConstraint(
                condition=Q(strategy__in=RateStrategy.values),
                name="logistics_method_strategy_known",
            ),
            models.CheckConstraint(
                condition=Q(is_tracked=False) | Q(is_in_person=False),
                name="logistics_method_in_person_is_untracked",
            ),
            models.CheckConstraint(
                condition=Q(is_tracked=False) | ~Q(carrier=""),
                name="logistics_method_tracked_has_carrier",
            ),
            models.CheckConstraint(
                condition=Q(min_days__lte=F("max_days")), name="logistics_method_days_in_order"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ShippingRate(models.Model):
    """The price of one method in one currency; a method is offered only where it has a rate."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="rates")
    currency = models.CharField(max_length=3)
    base_minor = models.BigIntegerField()
    per_kg_minor = models.BigIntegerField(default=0)
    """Per started kilogram; used by ``BY_WEIGHT``."""
    free_from_minor = models.BigIntegerField(null=True, blank=True)
    """Subtotal from which shipping is free; used by ``FREE_ABOVE``."""

    class Meta:
        db_table = "logistics_shipping_rate"
        constraints = (
            models.UniqueConstraint(
                fields=["method", "currency"], name="logistics_rate_once_per_currency"
            ),
            models.CheckConstraint(
                condition=Q(base_minor__gte=0, per_kg_minor__gte=0),
                name="logistics_rate_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(free_from_minor__isnull=True) | Q(free_from_minor__gt=0),
                name="logistics_rate_free_from_positive",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="logistics_rate_currency_code"
            ),
        )

    def __str__(self) -> str:
        return f"{self.method_id} in {self.currency}"
