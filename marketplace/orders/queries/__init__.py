"""The read side of orders."""

from marketplace.orders.queries.get_dashboard import Dashboard, get_dashboard
from marketplace.orders.queries.get_order import get_order
from marketplace.orders.queries.list_orders import HISTORY_COLUMNS, list_orders
from marketplace.orders.queries.list_timeline import list_timeline
from marketplace.orders.snapshots import OrderSnapshot, TimelineEntry

__all__ = [
    "HISTORY_COLUMNS",
    "Dashboard",
    "OrderSnapshot",
    "TimelineEntry",
    "get_dashboard",
    "get_order",
    "list_orders",
    "list_timeline",
]
