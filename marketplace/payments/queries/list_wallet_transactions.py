from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from marketplace.payments.models import Transaction, Wallet
from marketplace.payments.queries.created_within import created_within

COLUMNS = (
    "id",
    "wallet_id",
    "payment_id",
    "type",
    "amount_minor",
    "wallet_change_minor",
    "currency",
    "status",
    "notes",
    "created_at",
    "updated_at",
)


def list_wallet_transactions(
    *,
    user_id: UUID,
    currency: str | None = None,
    transaction_type: str | None = None,
    status: str | None = None,
    created_from: datetime | None = None,
    created_before: datetime | None = None,
) -> QuerySet[Transaction, dict[str, Any]]:
    """Rows of the user's statement lines; the caller pages them, newest first."""
    wallets = Wallet.objects.filter(user_id=user_id)
    if currency:
        wallets = wallets.filter(currency=currency)
    rows = created_within(
        Transaction.objects.filter(wallet__in=wallets), created_from, created_before
    )
    if transaction_type:
        rows = rows.filter(type=transaction_type)
    if status:
        rows = rows.filter(status=status)
    found: QuerySet[Transaction, dict[str, Any]] = rows.values(*COLUMNS)
    return found
