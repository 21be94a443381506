"""Letters: they are addressed to a mailbox, not to an account."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from marketplace.core.privacy import PersonalData, register_personal_data
from marketplace.notifications.models import OutboundEmail
from marketplace.users.queries import list_addresses

LETTER = ("to", "subject", "state", "created_at", "sent_at")


def _letters(user_id: UUID) -> list[dict[str, Any]]:
    return list(_to(user_id).order_by("-id").values(*LETTER))


def _forget_letters(user_id: UUID) -> int:
    deleted, _ = _to(user_id).delete()
    return deleted


def _to(user_id: UUID) -> QuerySet[OutboundEmail]:
    return OutboundEmail.objects.filter(to__in=list_addresses(user_id=user_id))


register_personal_data(
    PersonalData(
        name="notifications.letters",
        title="Letters",
        why="To deliver what we write to you, and to know that it left.",
        kept="notifications.letters",
        models=("notifications.OutboundEmail",),
        export=_letters,
        erase=_forget_letters,
        # What the others write while they erase goes, too.
        erased_last=True,
    )
)
