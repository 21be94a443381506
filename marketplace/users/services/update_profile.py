from typing import Any, TypedDict
from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.events import ProfileUpdated
from marketplace.users.repositories.users import lock_profile, profile_snapshot
from marketplace.users.snapshots import ProfileSnapshot


class ProfileChanges(TypedDict, total=False):
    """What a user may change of the own profile; a field left out stays as it is."""

    bio: str
    address: dict[str, Any]
    """Empty: no address."""
    social_links: dict[str, str]


@opens_transaction
def update_profile(*, user_id: UUID, changes: ProfileChanges) -> ProfileSnapshot:
    """Change the named fields, each as a whole, and say which in one event.

    Errors: NotFound.
    """
    profile = lock_profile(user_id)
    changed = sorted(
        name
        for name in ProfileChanges.__annotations__
        if name in changes and changes[name] != getattr(profile, name)  # type: ignore[literal-required]
    )
    if not changed:
        return profile_snapshot(profile)
    for name in changed:
        setattr(profile, name, changes[name])  # type: ignore[literal-required]
    profile.updated_at = clock.now()
    profile.save(update_fields=[*changed, "updated_at"])
    record(ProfileUpdated(user_id=user_id, changed=tuple(changed)), key=user_id)
    return profile_snapshot(profile)
