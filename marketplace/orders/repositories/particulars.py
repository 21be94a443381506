"""What belongs to an order and is shown with it: its lines, open deadlines and latest request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

# One round trip instead of three: every command and every look at an order answers with these.
_LOAD = """
    SELECT (SELECT json_agg(item ORDER BY item.id)
              FROM (SELECT id, product_id, title, image_url, quantity, unit_price_minor,
                           total_price_minor, currency, created_at, updated_at
                      FROM orders_order_item WHERE order_id = %(order_id)s) item)::text,
           (SELECT json_agg(deadline ORDER BY deadline.due_at)
              FROM (SELECT kind, due_at FROM orders_deadline
                     WHERE order_id = %(order_id)s
                       AND acted_at IS NULL AND voided_at IS NULL) deadline)::text,
           (SELECT row_to_json(request)
              FROM (SELECT id, status, reason, answer, created_at, closed_at
                      FROM orders_cancellation_request
                     WHERE order_id = %(order_id)s ORDER BY id DESC LIMIT 1) request)::text
"""

Row = Mapping[str, Any]
"""Columns as JSON values: ids and times are strings."""


@dataclass(frozen=True, slots=True)
class Particulars:
    items: Sequence[Row]
    deadlines: Sequence[Row]
    request: Row | None

    @classmethod
    def load(cls, order_id: UUID) -> "Particulars":
        with connection.cursor() as cursor:
            cursor.execute(_LOAD, {"order_id": order_id})
            items, deadlines, request = cursor.fetchone()
        return cls(
            items=orjson.loads(items) if items else (),
            deadlines=orjson.loads(deadlines) if deadlines else (),
            request=orjson.loads(request) if request else None,
        )
