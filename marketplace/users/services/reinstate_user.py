from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.users import policies
from marketplace.users.errors import NotSuspended
from marketplace.users.events import UserReinstated
from marketplace.users.repositories.users import lock_user, snapshot
from marketplace.users.snapshots import UserSnapshot


@opens_transaction
def reinstate_user(*, user_id: UUID, actor: Actor, reason: str) -> UserSnapshot:
    """Open a suspended account again; its owner signs in anew.

    Errors: NotFound, CannotSuspend, NotSuspended, InvalidInput (no reason).
    """
    user = lock_user(user_id)
    policies.check_may_suspend(actor, user)
    if not reason.strip():
        raise InvalidInput(fields={"reason": ["Say why."]})
    if not user.is_suspended:
        raise NotSuspended
    before = {"suspended": True, "why": user.suspension_reason}
    user.suspended_at = None
    user.suspension_reason = ""
    user.updated_at = clock.now()
    user.save(update_fields=["suspended_at", "suspension_reason", "updated_at"])
    record_action(
        actor=actor,
        action="users.reinstate_user",
        subject_type="users.user",
        subject_id=user_id,
        reason=reason,
        before=before,
        after={"suspended": False},
    )
    record(UserReinstated(user_id=user_id, reinstated_by=actor.user_id), key=user_id)
    return snapshot(user)
