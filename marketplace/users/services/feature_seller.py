from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import Forbidden, NotFound
from marketplace.core.events import record
from marketplace.core.policies import require_permission, require_reason
from marketplace.users.events import ProfileUpdated
from marketplace.users.policies import FEATURE_SELLER
from marketplace.users.repositories.users import lock_profile, profile_snapshot
from marketplace.users.snapshots import ProfileSnapshot


@opens_transaction
def feature_seller(
    *, user_id: UUID, actor: Actor, is_featured: bool, reason: str
) -> ProfileSnapshot:
    """Say on a seller's page and card that the platform features them, or no longer.

    By an operator, never of themselves. Nothing happens when it stands so already.

    Errors: Forbidden, InvalidInput (no reason), NotFound (nobody who sells).
    """
    require_permission(actor, FEATURE_SELLER)
    reason = require_reason(reason)
    if actor.user_id == user_id:
        raise Forbidden("Somebody else features you.")
    profile = lock_profile(user_id)
    if is_featured and Role.SELLER not in profile.user.roles:
        raise NotFound("seller")
    if profile.is_featured == is_featured:
        return profile_snapshot(profile)
    profile.is_featured = is_featured
    profile.version += 1
    profile.updated_at = clock.now()
    profile.save(update_fields=["is_featured", "version", "updated_at"])
    record_action(
        actor=actor,
        action="users.feature_seller",
        subject_type="users.user",
        subject_id=user_id,
        reason=reason,
        before={"is_featured": not is_featured},
        after={"is_featured": is_featured},
    )
    record(ProfileUpdated(user_id=user_id, changed=("is_featured",)), key=user_id)
    return profile_snapshot(profile)
