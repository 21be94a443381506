from datetime import timedelta
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.privacy import personal_data
from marketplace.users import policies
from marketplace.users.errors import ErasureFinished, TooManyExports
from marketplace.users.models import DataExport, ExportState
from marketplace.users.repositories.exports import export_snapshot
from marketplace.users.repositories.users import lock_user
from marketplace.users.snapshots import ExportSnapshot

MOST_IN_A_DAY = 3
DAY = timedelta(days=1)


@opens_transaction
def request_export(*, user_id: UUID, actor: Actor, reason: str = "") -> ExportSnapshot:
    """Have the file with a person's own data written; while one is being written, it is that one.

    An operator who was asked gives a reason, which goes into the audit log. The file is the
    person's alone all the same: they are told by letter and download it.

    Errors: NotFound, InvalidInput (an operator without a reason), ErasureFinished, TooManyExports.
    """
    # The account's lock: two requests at once are one export, and count one after the other.
    user = lock_user(user_id)
    policies.check_may_export(actor, user)
    is_own = actor.user_id == user_id
    if not is_own and not reason.strip():
        raise InvalidInput(fields={"reason": ["Say why."]})
    if not user.is_active:
        raise ErasureFinished
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
    if not is_own:
        record_action(
            actor=actor,
            action="users.request_export",
            subject_type="users.user",
            subject_id=user_id,
            reason=reason,
            before={"export": None},
            after={"export": str(export.pk)},
        )
    return export_snapshot(export)
