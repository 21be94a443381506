from functools import partial
from uuid import UUID

from django.db import transaction

from marketplace.core.db import opens_transaction
from marketplace.users.repositories.avatars import forget_avatar, take_down, write_picture
from marketplace.users.repositories.users import lock_profile, profile_snapshot
from marketplace.users.snapshots import ProfileSnapshot


@opens_transaction
def remove_avatar(*, user_id: UUID) -> ProfileSnapshot:
    """Show no picture; asking again changes nothing. Errors: NotFound."""
    profile = lock_profile(user_id)
    old = take_down(user_id)
    if old:
        write_picture(profile, "")
    for left in old:
        transaction.on_commit(partial(forget_avatar, left))
    return profile_snapshot(profile)
