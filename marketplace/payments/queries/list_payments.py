from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from marketplace.core.actor import Actor
from marketplace.payments.models import Payment
from marketplace.payments.queries.created_within import created_within
from marketplace.payments.queries.get_payment import visible_to

COLUMNS = (
    "id",
    "order_id",
    "user_id",
    "seller_id",
    "amount_minor",
    "currency",
    "payment_method",
    "payment_provider",
    "status",
    "provider_transaction_id",
    "escrow_status",
    "payment_details",
    "must_settle_before",
    "created_at",
    "updated_at",
)
Row = Mapping[str, Any]


def list_payments(
    *,
    actor: Actor,
    status: str | None = None,
    escrow_status: str | None = None,
    order_id: UUID | None = None,
    currency: str | None = None,
    role: str | None = None,
    created_from: datetime | None = None,
    created_before: datetime | None = None,
) -> QuerySet[Payment, dict[str, Any]]:
    """Rows of the payments that the actor makes or gets; the caller pages them, newest first.

    ``role`` is BUYER for those that the actor makes, SELLER for those that the actor gets.
    """
    rows = created_within(visible_to(actor), created_from, created_before)
    if role:
        rows = rows.filter(**{"user_id" if role == "BUYER" else "seller_id": actor.user_id})
    wanted = {
        "status": status,
        "escrow_status": escrow_status,
        "order_id": order_id,
        "currency": currency,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    found: QuerySet[Payment, dict[str, Any]] = rows.values(*COLUMNS)
    return found
