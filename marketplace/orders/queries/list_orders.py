from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from marketplace.core.actor import Actor
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
    actor: Actor,
    role: Party,
    status: str = "",
    created_after: datetime | None = None,
    created_before: datetime | None = None,
) -> "QuerySet[OrderHistoryEntry, dict[str, Any]]":
    """Rows of a buyer's or a seller's order history, for the caller to page through.

    From the read model: it may lag behind the orders by the time an event takes.
    """
    rows = OrderHistoryEntry.objects.all()
    rows = rows.filter(**{"buyer_id" if role is Party.BUYER else "seller_id": actor.user_id})
    if status:
        rows = rows.filter(status=status)
    if created_after:
        rows = rows.filter(created_at__gte=created_after)
    if created_before:
        rows = rows.filter(created_at__lt=created_before)
    page: QuerySet[OrderHistoryEntry, dict[str, Any]] = rows.values(*HISTORY_COLUMNS)
    return page
