from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from marketplace.orders.models import OrderHistoryEntry
from marketplace.orders.transitions import Party

HISTORY_COLUMNS = (
    "order_id",
    "checkout_id",
    "buyer_id",
    "seller_id",
    "status",
    "title",
    "image_url",
    "item_count",
    "total_minor",
    "currency",
    "tracking_number",
    "has_open_request",
    "is_frozen",
    "version",
    "created_at",
    "updated_at",
)


def list_orders(
    *,
    user_id: UUID,
    role: Party,
    status: str = "",
    created_after: datetime | None = None,
    created_before: datetime | None = None,
) -> "QuerySet[OrderHistoryEntry, dict[str, Any]]":
    """Rows of a buyer's or a seller's order history, for the caller to page through.

    From the read model: it may lag behind the orders by the time an event takes.
    """
    rows = OrderHistoryEntry.objects.all()
    rows = rows.filter(buyer_id=user_id) if role is Party.BUYER else rows.filter(seller_id=user_id)
    if status:
        rows = rows.filter(status=status)
    if created_after:
        rows = rows.filter(created_at__gte=created_after)
    if created_before:
        rows = rows.filter(created_at__lt=created_before)
    return rows.values(*HISTORY_COLUMNS)
