"""The read side of orders."""

from marketplace.orders.queries.get_order import get_order
from marketplace.orders.queries.list_orders import HISTORY_COLUMNS, list_orders
from marketplace.orders.queries.list_timeline import list_timeline
from marketplace.orders.snapshots import OrderSnapshot, TimelineEntry

__all__ = [
    "HISTORY_COLUMNS",
    "OrderSnapshot",
    "TimelineEntry",
    "get_order",
    "list_orders",
    "list_timeline",
]
