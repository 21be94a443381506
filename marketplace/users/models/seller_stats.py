from django.db import models
from django.db.models import Q


class SellerSale(models.Model):
    """What one sale adds to its seller's sums: the read model's memory, never shown by itself.

    ``version`` is the order's; an older state never replaces a newer one.
    """

    order_id = models.UUIDField(primary_key=True)
    seller_id = models.UUIDField()
    version = models.PositiveIntegerField()
    is_paid = models.BooleanField()
    is_completed = models.BooleanField()
    is_called_off = models.BooleanField()
    """After payment, by the seller or because the seller did not ship."""
    is_refunded = models.BooleanField()
    is_disputed = models.BooleanField()
    """The buyer or the buyer's bank objected at some time, whoever was right."""
    ship_seconds = models.PositiveBigIntegerField(null=True)
    """From payment to the parcel's leaving; null while it has not left."""

    class Meta:
        db_table = "users_seller_sale"

    def __str__(self) -> str:
        return f"sale {self.order_id}"


class SellerStats(models.Model):
    """The sums of one seller's sales; see ``services.follow_sale`` (ADR 79)."""

    SUMS = (
        "paid_sales",
        "completed_sales",
        "called_off_sales",
        "refunded_sales",
        "disputed_sales",
        "shipped_sales",
        "ship_seconds_total",
    )

    seller_id = models.UUIDField(primary_key=True)
    paid_sales = models.PositiveIntegerField(default=0)
    completed_sales = models.PositiveIntegerField(default=0)
    called_off_sales = models.PositiveIntegerField(default=0)
    refunded_sales = models.PositiveIntegerField(default=0)
    disputed_sales = models.PositiveIntegerField(default=0)
    shipped_sales = models.PositiveIntegerField(default=0)
    ship_seconds_total = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "users_seller_stats"
        constraints = (
            models.CheckConstraint(
                condition=Q(completed_sales__lte=models.F("paid_sales"))
                & Q(disputed_sales__lte=models.F("paid_sales")),
                name="users_seller_stats_within_paid",
            ),
        )

    def __str__(self) -> str:
        return f"sums of {self.seller_id}"
