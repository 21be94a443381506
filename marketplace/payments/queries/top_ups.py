"""The user's own top-ups."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from marketplace.core.errors import NotFound
from marketplace.payments.models import TopUp
from marketplace.payments.repositories.top_ups import top_up_snapshot_of
from marketplace.payments.snapshots import TopUpSnapshot

COLUMNS = (
    "id",
    "wallet_id",
    "amount_minor",
    "currency",
    "method",
    "provider",
    "status",
    "credited_at",
    "failure_code",
    "redirect_url",
    "created_at",
    "updated_at",
)


def list_top_ups(*, user_id: UUID) -> QuerySet[TopUp, dict[str, Any]]:
    """Rows of the user's top-ups; the caller pages them, newest first."""
    rows: QuerySet[TopUp, dict[str, Any]] = TopUp.objects.filter(user_id=user_id).values(*COLUMNS)
    return rows


def get_top_up(*, top_up_id: UUID, user_id: UUID) -> TopUpSnapshot:
    """A top-up, for the user who made it; NotFound for everybody else."""
    top_up = TopUp.objects.filter(id=top_up_id, user_id=user_id).first()
    if top_up is None:
        raise NotFound("top-up")
    return top_up_snapshot_of(top_up)
