from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from marketplace.core import clock
from marketplace.users.models import SignIn

COLUMNS = ("id", "user_agent", "ip_address", "created_at", "refreshed_at", "expires_at")


def list_sign_ins(*, user_id: UUID) -> QuerySet[SignIn, dict[str, Any]]:
    """Where somebody is signed in at this moment, newest first; to be paged."""
    live = SignIn.objects.filter(user_id=user_id, ended_at__isnull=True, expires_at__gt=clock.now())
    rows: QuerySet[SignIn, dict[str, Any]] = live.order_by("-id").values(*COLUMNS)
    return rows
