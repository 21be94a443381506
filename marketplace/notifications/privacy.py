"""Letters and texts: they are addressed to a mailbox or a telephone, not to an account."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from marketplace.core.privacy import PersonalData, register_personal_data
from marketplace.notifications.models import OutboundEmail, OutboundSms
from marketplace.users.queries import list_addresses, list_phone_numbers

TEXT = ("to", "state", "created_at", "sent_at")
LETTER = ("to", "subject", "state", "created_at", "sent_at")


def _letters(user_id: UUID) -> list[dict[str, Any]]:
    return list(_to(user_id).order_by("-id").values(*LETTER))


def _forget_letters(user_id: UUID) -> int:
    deleted, _ = _to(user_id).delete()
    return deleted


def _to(user_id: UUID) -> QuerySet[OutboundEmail]:
    return OutboundEmail.objects.filter(to__in=list_addresses(user_id=user_id))


def _texts(user_id: UUID) -> list[dict[str, Any]]:
    return list(_texts_to(user_id).order_by("-id").values(*TEXT))


def _forget_texts(user_id: UUID) -> int:
    deleted, _ = _texts_to(user_id).delete()
    return deleted


def _texts_to(user_id: UUID) -> QuerySet[OutboundSms]:
    return OutboundSms.objects.filter(to__in=list_phone_numbers(user_id=user_id))


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
register_personal_data(
    PersonalData(
        name="notifications.texts",
        title="Text messages",
        why="To deliver codes to your telephone, and to know that they left.",
        kept="notifications.texts",
        models=("notifications.OutboundSms",),
        export=_texts,
        erase=_forget_texts,
    )
)
