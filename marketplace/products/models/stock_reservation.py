from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.products.models.product import Product


class ReservationState(models.TextChoices):
    RESERVED = "RESERVED"
    """Taken off the stock; the order is not paid yet."""
    CONSUMED = "CONSUMED"
    """The order is paid: the pieces leave with it."""
    RELEASED = "RELEASED"
    """Back in stock: the order was cancelled or ran out. Final."""


class StockReservation(models.Model):
    """Pieces of one product that one order took off the stock.

    Invariants: at most one row per order and product; the pieces were taken off
    ``Product.inventory_count`` in the transaction that made the row, and go back exactly once, in
    the transaction that makes it RELEASED. ``expires_at`` repeats the order's deadline; the order
    is the only judge of it, and releases when it expires.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="reservations")
    quantity = models.PositiveIntegerField()
    state = models.CharField(
        max_length=8, choices=ReservationState, default=ReservationState.RESERVED
    )
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "products_stock_reservation"
        constraints = (
            models.UniqueConstraint(
                fields=["order_id", "product"], name="products_reservation_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="products_reservation_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReservationState.values),
                name="products_reservation_state_known",
            ),
        )
        indexes = (
            models.Index(
                fields=["expires_at"],
                name="products_reservation_expiry",
                condition=Q(state=ReservationState.RESERVED),
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.product_id} for order {self.order_id}"
