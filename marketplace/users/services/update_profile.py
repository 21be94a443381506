from typing import Any, TypedDict
from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.errors import StaleVersion
from marketplace.core.events import record
from marketplace.users.events import ProfileUpdated
from marketplace.users.models import UserAddress, UserProfile
from marketplace.users.postal import FIELDS, check_postal, postal_part
from marketplace.users.repositories.addresses import addresses_of
from marketplace.users.repositories.users import lock_profile, profile_snapshot
from marketplace.users.snapshots import ProfileSnapshot


class ProfileChanges(TypedDict, total=False):
    """What a user may change of the own profile; a field left out stays as it is."""

    bio: str
    address: dict[str, Any]
    """Empty: no default address."""
    social_links: dict[str, str]


@opens_transaction
def update_profile(
    *, user_id: UUID, changes: ProfileChanges, expected_version: int | None = None
) -> ProfileSnapshot:
    """Change the named fields, each as a whole, and say which in one event.

    ``address`` is the person's default address: written here, it is changed there.
    Errors: NotFound, StaleVersion, InvalidInput (what the address's country needs).
    """
    profile = lock_profile(user_id)
    if expected_version is not None and expected_version != profile.version:
        raise StaleVersion(expected=expected_version, actual=profile.version)
    changed = sorted(
        name
        for name in ProfileChanges.__annotations__
        if name in changes and changes[name] != getattr(profile, name)  # type: ignore[literal-required]
    )
    if not changed:
        return profile_snapshot(profile)
    if "address" in changed:
        changes = {**changes, "address": _write_default(profile, changes["address"])}
    for name in changed:
        setattr(profile, name, changes[name])  # type: ignore[literal-required]
    profile.version += 1
    profile.updated_at = clock.now()
    profile.save(update_fields=[*changed, "version", "updated_at"])
    record(ProfileUpdated(user_id=user_id, changed=tuple(changed)), key=user_id)
    return profile_snapshot(profile)


def _write_default(profile: UserProfile, address: dict[str, Any]) -> dict[str, str]:
    default = addresses_of(profile.user_id).filter(is_default=True).first()
    if not address:
        if default:
            default.delete()
        return {}
    check_postal(address, within="address.")
    if default is None:
        default = UserAddress(user_id=profile.user_id, is_default=True, recipient=_name(profile))
    for name in FIELDS:
        setattr(default, name, address.get(name, ""))
    default.updated_at = clock.now()
    default.save()
    return postal_part(address)


def _name(profile: UserProfile) -> str:
    return f"{profile.user.first_name} {profile.user.last_name}".strip()
