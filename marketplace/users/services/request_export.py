from datetime import timedelta
from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.privacy import personal_data
from marketplace.users.errors import TooManyExports
from marketplace.users.models import DataExport, ExportState
from marketplace.users.repositories.exports import export_snapshot
from marketplace.users.repositories.users import lock_user
from marketplace.users.snapshots import ExportSnapshot

MOST_IN_A_DAY = 3
DAY = timedelta(days=1)


@opens_transaction
def request_export(*, user_id: UUID) -> ExportSnapshot:
    """Have the file with a person's own data written; while one is being written, it is that one.

    Errors: NotFound, TooManyExports.
    """
    # The account's lock: two requests at once are one export, and count one after the other.
    user = lock_user(user_id)
    own = DataExport.objects.filter(user=user)
    waiting = own.filter(state__in=[ExportState.QUEUED, ExportState.RUNNING]).first()
    if waiting is not None:
        return export_snapshot(waiting)
    now = clock.database_now()
    recent = list(
        own.filter(requested_at__gt=now - DAY)
        .order_by("-id")
        .values_list("requested_at", flat=True)[:MOST_IN_A_DAY]
    )
    if len(recent) == MOST_IN_A_DAY:
        wait = recent[-1] + DAY - now
        raise TooManyExports(retry_after_seconds=int(wait.total_seconds()) + 1)
    export = DataExport.objects.create(
        user=user, requested_at=now, next_attempt_at=now, total=len(personal_data())
    )
    return export_snapshot(export)
