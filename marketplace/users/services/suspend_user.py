from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.users import policies
from marketplace.users.errors import AlreadySuspended
from marketplace.users.events import UserSuspended
from marketplace.users.models import SignInEnd
from marketplace.users.repositories.sign_ins import end_sign_ins
from marketplace.users.repositories.users import lock_user, snapshot
from marketplace.users.snapshots import UserSnapshot


@opens_transaction
def suspend_user(*, user_id: UUID, actor: Actor, reason: str) -> UserSnapshot:
    """Shut an account: every sign-in ends, and the very next request is refused.

    Errors: NotFound, CannotSuspend, AlreadySuspended, InvalidInput (no reason).
    """
    user = lock_user(user_id)
    policies.check_may_suspend(actor, user)
    if not reason.strip():
        raise InvalidInput(fields={"reason": ["Say why."]})
    if user.is_suspended:
        raise AlreadySuspended
    user.suspended_at = user.updated_at = clock.now()
    user.suspension_reason = reason.strip()[:500]
    user.save(update_fields=["suspended_at", "suspension_reason", "updated_at"])
    end_sign_ins(user_id=user_id, reason=SignInEnd.SUSPENDED)
    record_action(
        actor=actor,
        action="users.suspend_user",
        subject_type="users.user",
        subject_id=user_id,
        reason=reason,
        before={"suspended": False},
        after={"suspended": True},
    )
    record(
        UserSuspended(user_id=user_id, suspended_by=actor.user_id, suspended_at=user.suspended_at),
        key=user_id,
    )
    return snapshot(user)
