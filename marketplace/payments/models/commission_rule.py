from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import new_id
from marketplace.payments.commission.charge import Rates, percent

SELLER_LEVELS = ("T0", "T1", "T2", "T3")
"""The verification levels of the user service; an empty one on a rule means any."""


class CommissionRule(models.Model):
    """What the platform takes of which sales.

    Invariants: a rule is never changed, only ended, once, and succeeded by another one, so that
    its id on an old sale always means the same; no two rules could both win for one sale
    (``payments_commission_no_tie``, an exclusion constraint); rules that can meet in one order tax
    the commission for one jurisdiction (``payments_commission_one_tax``). Without a currency a
    rule has rates and no amounts. How one is chosen: ``commission.choice``; what it takes:
    ``commission.charge``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    category_id = models.UUIDField(null=True, blank=True)
    """A category of the catalogue, which stands beside this service; NULL: every sale."""
    seller_level = models.CharField(max_length=2, blank=True, default="")
    """This verification level and no other; empty: any."""
    currency = models.CharField(max_length=3, blank=True, default="")
    """Of the amounts below, and of the sales that the rule is for; empty: any."""
    amount_from_minor = models.BigIntegerField(null=True, blank=True)
    """The tier: goods of the order worth at least this much, and less than ``amount_to_minor``."""
    amount_to_minor = models.BigIntegerField(null=True, blank=True)
    is_promotional = models.BooleanField(default=False)
    """Goes before a standing rule of the same conditions, and has an end from the start."""
    valid_from_at = models.DateTimeField()
    valid_until_at = models.DateTimeField(null=True, blank=True)
    """NULL: until further notice. The same as ``valid_from_at``: ended before it began."""

    rate_bps = models.IntegerField(help_text="Basis points: 750 is 7.5 %.")
    fixed_minor = models.BigIntegerField(default=0)
    """Once per order, whatever the number of lines that the rule governs."""
    minimum_minor = models.BigIntegerField(default=0)
    cap_minor = models.BigIntegerField(null=True, blank=True)
    tax_bps = models.IntegerField(default=0)
    """On top of the commission."""
    tax_jurisdiction = models.CharField(max_length=6, blank=True, default="")
    """ISO 3166: DE, US-CA."""
    buyer_share_bps = models.IntegerField(default=0)
    """How much of the commission with its tax the buyer pays, on top of the price."""

    succeeds = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """NULL for the rules from before there was a trail, and for those of a set-up."""
    created_reason = models.CharField(max_length=1000, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    """When somebody decided on the end; ``valid_until_at`` is the end itself."""
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_reason = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "payments_commission_rule"
        permissions = (("edit_commission_rule", "Make, succeed and end commission rules"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(rate_bps__gte=0, rate_bps__lte=10_000),
                name="payments_commission_rate_0_to_100_percent",
            ),
            models.CheckConstraint(
                condition=Q(buyer_share_bps__gte=0, buyer_share_bps__lte=10_000),
                name="payments_commission_share_0_to_100_percent",
            ),
            models.CheckConstraint(
                condition=Q(valid_until_at__isnull=True)
                | Q(valid_until_at__gte=F("valid_from_at")),
                name="payments_commission_period_forward",
            ),
            models.CheckConstraint(
                condition=Q(is_promotional=False) | Q(valid_until_at__isnull=False),
                name="payments_commission_promotion_ends",
            ),
            models.CheckConstraint(
                condition=Q(seller_level__in=("", *SELLER_LEVELS)),
                name="payments_commission_level_known",
            ),
            models.CheckConstraint(
                condition=Q(currency="") | Q(currency__regex="^[A-Z]{3}$"),
                name="payments_commission_currency_iso",
            ),
            models.CheckConstraint(
                condition=~Q(currency="")
                | Q(
                    fixed_minor=0,
                    minimum_minor=0,
                    cap_minor__isnull=True,
                    amount_from_minor__isnull=True,
                    amount_to_minor__isnull=True,
                ),
                name="payments_commission_amounts_need_currency",
            ),
            models.CheckConstraint(
                condition=Q(fixed_minor__gte=0, minimum_minor__gte=0)
                & (Q(cap_minor__isnull=True) | Q(cap_minor__gte=F("minimum_minor"))),
                name="payments_commission_minimum_below_cap",
            ),
            models.CheckConstraint(
                condition=(Q(amount_from_minor__isnull=True) | Q(amount_from_minor__gte=0))
                & (Q(amount_to_minor__isnull=True) | Q(amount_to_minor__gt=0))
                & (
                    Q(amount_from_minor__isnull=True)
                    | Q(amount_to_minor__isnull=True)
                    | Q(amount_to_minor__gt=F("amount_from_minor"))
                ),
                name="payments_commission_tier_forward",
            ),
            models.CheckConstraint(
                condition=Q(tax_bps=0, tax_jurisdiction="")
                | Q(
                    tax_bps__gt=0,
                    tax_bps__lte=10_000,
                    tax_jurisdiction__regex="^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
                ),
                name="payments_commission_tax_has_jurisdiction",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_reason="")
                | Q(ended_at__isnull=False, valid_until_at__isnull=False),
                name="payments_commission_end_has_time",
            ),
        )
        indexes = (models.Index(fields=["category_id"], name="payments_commission_category"),)

    def __str__(self) -> str:
        return f"{self.name} ({percent(self.rate_bps)})"

    @property
    def rates(self) -> Rates:
        return Rates(
            rate_bps=self.rate_bps,
            fixed_minor=self.fixed_minor,
            minimum_minor=self.minimum_minor,
            cap_minor=self.cap_minor,
            tax_bps=self.tax_bps,
            tax_jurisdiction=self.tax_jurisdiction,
            buyer_share_bps=self.buyer_share_bps,
        )
