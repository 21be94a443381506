from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.privacy import PersonalData, Retained, personal_data
from marketplace.core.retention import kept_for
from marketplace.users.models import RetainedData


def erase_retained() -> int:
    """Erase one person's portion of what law no longer keeps; returns how many were erased."""
    return sum(
        _erase_next(kind, kind.retained) for kind in personal_data() if kind.retained is not None
    )


@opens_transaction
def _erase_next(kind: PersonalData, retained: Retained) -> int:
    now = clock.database_now()
    due = (
        RetainedData.objects.select_for_update(skip_locked=True)
        .filter(
            kind=kind.name, erased_at__isnull=True, kept_since_at__lte=now - kept_for(retained.rule)
        )
        .order_by("kept_since_at")
        .first()
    )
    if due is None:
        return 0
    retained.erase(due.user_id)
    due.erased_at = now
    due.save(update_fields=["erased_at"])
    return 1
