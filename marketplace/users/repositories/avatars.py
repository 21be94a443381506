"""Pictures of people: rows first, files after, and the other way round when they go."""

from datetime import timedelta
from uuid import UUID

from marketplace.core import clock
from marketplace.core.events import record
from marketplace.users.events import ProfileUpdated
from marketplace.users.models import Avatar, User, UserProfile

LEFT_OVER_AFTER = timedelta(hours=1)
"""Longer than any upload takes: what is not current by then never will be."""
BATCH_SIZE = 200


def take_down(user_id: UUID) -> list[Avatar]:
    """Make none of the person's pictures current; returns what was."""
    current = list(Avatar.objects.filter(user_id=user_id, is_current=True))
    Avatar.objects.filter(pk__in=[avatar.pk for avatar in current]).update(is_current=False)
    return current


def write_picture(profile: UserProfile, url: str) -> None:
    """Put the address of the picture, or none, onto the account of the locked profile."""
    now = clock.now()
    User.objects.filter(pk=profile.user_id).update(profile_picture=url, updated_at=now)
    profile.version += 1
    profile.updated_at = now
    profile.save(update_fields=["version", "updated_at"])
    record(ProfileUpdated(user_id=profile.user_id, changed=("avatar",)), key=profile.user_id)


def forget_avatar(avatar: Avatar) -> None:
    """Files first: a row without files is found again, a file without a row never."""
    avatar.delete_files()
    Avatar.objects.filter(pk=avatar.pk, is_current=False).delete()


def forget_left_over() -> int:
    """Those that a crash left behind, oldest first."""
    before = clock.database_now() - LEFT_OVER_AFTER
    left = Avatar.objects.filter(is_current=False, created_at__lt=before).order_by("created_at")
    batch = list(left[:BATCH_SIZE])
    for avatar in batch:
        forget_avatar(avatar)
    return len(batch)
