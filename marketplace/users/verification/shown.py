"""Which documents somebody shows us, for their own profile: what they are, not what is on them."""

from uuid import UUID

from marketplace.users.snapshots import ShownDocument
from marketplace.users.verification.models import VerificationDocument


def list_shown_documents(user_id: UUID) -> tuple[ShownDocument, ...]:
    """Those that are there now, newest first, with how their verification stands. One query.

    What was removed, or erased after its time, is not among them.
    """
    rows = VerificationDocument.objects.filter(
        case__user_id=user_id, stored_at__isnull=False, removed_at__isnull=True
    ).order_by("-created_at", "-id")
    columns = ("id", "kind", "case__level", "case__status", "created_at")
    return tuple(ShownDocument(*row) for row in rows.values_list(*columns))
