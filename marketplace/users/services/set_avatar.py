from functools import partial
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from marketplace.core.db import forbid_transaction, opens_transaction
from marketplace.core.uploads import Size, check_quota, clean_picture
from marketplace.users.models import Avatar
from marketplace.users.repositories.avatars import forget_avatar, take_down, write_picture
from marketplace.users.repositories.users import lock_profile, profile_snapshot
from marketplace.users.snapshots import ProfileSnapshot

SIZES = {"large": Size(512, is_square=True), "small": Size(96, is_square=True)}


def set_avatar(*, user_id: UUID, data: bytes) -> ProfileSnapshot:
    """Show this picture of the person: the middle square of it, in two sizes.

    Three steps: the row, the files, the change. A crash between them leaves a row that is not
    current, whose files the clean-up job deletes.
    Errors: UploadQuotaUsedUp, UploadRefused, UploadsBusy, NotFound.
    """
    forbid_transaction("Decoding a picture")
    check_quota(user_id=user_id, size_bytes=len(data))
    images = clean_picture(data, sizes=SIZES)
    avatar = _begin(user_id)
    for size, image in images.items():
        default_storage.save(avatar.file_name(size), ContentFile(image.content))
    return _show(user_id, avatar)


@opens_transaction
def _begin(user_id: UUID) -> Avatar:
    return Avatar.objects.create(user_id=user_id)


@opens_transaction
def _show(user_id: UUID, avatar: Avatar) -> ProfileSnapshot:
    profile = lock_profile(user_id)
    old = take_down(user_id)
    avatar.is_current = True
    avatar.save(update_fields=["is_current"])
    write_picture(profile, avatar.url("large"))
    for left in old:
        transaction.on_commit(partial(forget_avatar, left))
    return profile_snapshot(profile)
