from django.db import models


class OrderHistoryEntry(models.Model):
    """A row of a party's list of orders: the read model, kept by event handlers (ADR 32).

    It may lag behind the order by the time an event takes; ``version`` says which state it shows.
    """

    order_id = models.UUIDField(primary_key=True)
    checkout_id = models.UUIDField()
    buyer_id = models.UUIDField()
    seller_id = models.UUIDField()
    status = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    """Of the dearest line."""
    image_url = models.CharField(max_length=500)
    item_count = models.PositiveIntegerField()
    """Pieces, not lines."""
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    tracking_number = models.CharField(max_length=100)
    has_open_request = models.BooleanField()
    is_frozen = models.BooleanField()
    version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "orders_order_history_entry"
        verbose_name_plural = "order history entries"
        indexes = (
            models.Index(
                fields=["buyer_id", "-created_at", "-order_id"], name="orders_history_buyer"
            ),
            models.Index(
                fields=["buyer_id", "status", "-created_at", "-order_id"],
                name="orders_history_buyer_status",
            ),
            models.Index(
                fields=["seller_id", "-created_at", "-order_id"], name="orders_history_seller"
            ),
            models.Index(
                fields=["seller_id", "status", "-created_at", "-order_id"],
                name="orders_history_seller_status",
            ),
            # Few orders have one at any time: whose answer is awaited is found among these alone.
            models.Index(
                fields=["seller_id"],
                condition=models.Q(has_open_request=True),
                name="orders_history_seller_requests",
            ),
            models.Index(
                fields=["buyer_id"],
                condition=models.Q(has_open_request=True),
                name="orders_history_buyer_requests",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.status}"
