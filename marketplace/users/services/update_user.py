from typing import TypedDict
from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.errors import PhoneIsProved
from marketplace.users.events import UserUpdated
from marketplace.users.repositories.users import lock_user, snapshot
from marketplace.users.snapshots import UserSnapshot


class UserChanges(TypedDict, total=False):
    """What a user may change of the own account; a field left out stays as it is."""

    first_name: str
    last_name: str
    phone_number: str


@opens_transaction
def update_user(*, user_id: UUID, changes: UserChanges) -> UserSnapshot:
    """Change the named fields, and say which in one event; nothing new, no event.

    A telephone number that is proved signs its owner in, so it is changed by ``change_phone`` only.

    Errors: NotFound, PhoneIsProved.
    """
    user = lock_user(user_id)
    changed = sorted(
        name
        for name in UserChanges.__annotations__
        if name in changes and changes[name] != getattr(user, name)  # type: ignore[literal-required]
    )
    if not changed:
        return snapshot(user)
    if "phone_number" in changed and user.phone_verified_at is not None:
        raise PhoneIsProved
    for name in changed:
        setattr(user, name, changes[name])  # type: ignore[literal-required]
    user.updated_at = clock.now()
    user.save(update_fields=[*changed, "updated_at"])
    record(UserUpdated(user_id=user_id, changed=tuple(changed)), key=user_id)
    return snapshot(user)
