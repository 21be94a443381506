"""The order history: one statement writes it, whether for one order or for all."""

from uuid import UUID

from django.db import connection

from marketplace.core.db import needs_transaction
from marketplace.orders.models import OrderHistoryEntry

_COLUMNS = (
    "order_id, checkout_id, buyer_id, seller_id, status, title, image_url, item_count, "
    "total_minor, currency, tracking_number, has_open_request, is_frozen, version, created_at, "
    "updated_at"
)
_SOURCE = """
    SELECT o.id AS order_id, o.checkout_id, o.buyer_id, o.seller_id, o.status, first.title,
           first.image_url, total.pieces AS item_count, o.total_minor, o.currency,
           o.tracking_number, o.cancellation_requested_at IS NOT NULL AS has_open_request,
           o.frozen_at IS NOT NULL AS is_frozen, o.version, o.created_at, o.updated_at
      FROM orders_order o
      JOIN LATERAL (SELECT i.title, i.image_url FROM orders_order_item i WHERE i.order_id = o.id
                     ORDER BY i.total_price_minor DESC, i.id LIMIT 1) first ON true
      JOIN LATERAL (SELECT sum(i.quantity)::int AS pieces FROM orders_order_item i
                     WHERE i.order_id = o.id) total ON true
"""
_UPDATES = ", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS.split(", ")[1:])
# Events of one order may be handled out of order and by two workers: an older state never
# replaces a newer one.
_UPSERT = f"""
    INSERT INTO orders_order_history_entry ({_COLUMNS}) {_SOURCE} WHERE {{condition}}
    ON CONFLICT (order_id) DO UPDATE SET {_UPDATES}
     WHERE orders_order_history_entry.version {{newer}} EXCLUDED.version
"""


class HistoryRepository:
    @needs_transaction
    def follow(self, order_id: UUID) -> None:
        """Bring one order's row up to the order's present state."""
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT.format(condition="o.id = %s", newer="<"), [order_id])

    @needs_transaction
    def rebuild(self) -> int:
        """Write every row again from the orders; returns how many there are."""
        OrderHistoryEntry.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT.format(condition="true", newer="<="))
        return OrderHistoryEntry.objects.count()

    def differences(self, *, limit: int = 20) -> list[UUID]:
        """Orders whose row is absent, left over, or says something else than the order."""
        entries = f"SELECT {_COLUMNS} FROM orders_order_history_entry"  # noqa: S608 - our own words
        truth = f"SELECT {_COLUMNS} FROM ({_SOURCE}) truth"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT order_id FROM (({truth} EXCEPT {entries}) UNION ALL "  # noqa: S608
                f"({entries} EXCEPT {truth})) differing LIMIT %s",
                [limit],
            )
            return [row[0] for row in cursor.fetchall()]
