from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from marketplace.payments.models import Payout

COLUMNS = (
    "id",
    "bank_account_id",
    "amount_minor",
    "currency",
    "status",
    "failure_code",
    "awaits_approval",
    "created_at",
    "updated_at",
)


def list_withdrawals(*, user_id: UUID) -> QuerySet[Payout, dict[str, Any]]:
    """Rows of the user's withdrawals; the caller pages them, newest first."""
    rows = Payout.objects.filter(user_id=user_id)
    found: QuerySet[Payout, dict[str, Any]] = rows.values(
        *COLUMNS, masked_number=F("bank_account__masked_number")
    )
    return found
