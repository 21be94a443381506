from django.db import models
from django.db.models import F, Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.orders.models.order import Order


class OrderItem(models.Model):
    """One line of an order, as it was when it was bought.

    ``title``, ``image_url`` and ``unit_price`` are copies: the listing may change or go.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="items")
    product = models.ForeignKey("products.Product", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    image_url = models.CharField(max_length=500, blank=True, default="")
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField()
    total_price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "orders_order_item"
        constraints = (
            models.UniqueConstraint(fields=["order", "product"], name="orders_item_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="orders_item_quantity"),
            models.CheckConstraint(
                condition=Q(
                    unit_price_minor__gte=0, total_price_minor=F("unit_price_minor") * F("quantity")
                ),
                name="orders_item_total_adds_up",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.title}"
