from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from marketplace.core.actor import Actor
from marketplace.payments.models import Payment
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
) -> QuerySet[Payment, dict[str, Any]]:
    """Rows of the payments that the actor makes or gets; the caller pages them, newest first."""
    rows = visible_to(actor)
    if status:
        rows = rows.filter(status=status)
    if escrow_status:
        rows = rows.filter(escrow_status=escrow_status)
    if order_id:
        rows = rows.filter(order_id=order_id)
    found: QuerySet[Payment, dict[str, Any]] = rows.values(*COLUMNS)
    return found
