from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.uploads import SUFFIX

SIZES = ("large", "small")


class Avatar(models.Model):
    """The files of one picture of a person: the row is there before the first file is.

    At most one of a person's is current. The files of the others are deleted once the change is
    committed, and by a job when that did not happen: no file is ever without a row.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="avatars"
    )
    is_current = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "users_avatar"
        indexes = (
            models.Index(
                fields=["created_at"], condition=Q(is_current=False), name="users_avatar_left_over"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_current=True), name="users_avatar_one_current"
            ),
        )

    def __str__(self) -> str:
        return f"avatar {self.id}"

    def file_name(self, size: str) -> str:
        return f"avatars/{self.user_id}/{self.id}-{size}{SUFFIX}"

    def url(self, size: str) -> str:
        return default_storage.url(self.file_name(size))

    def delete_files(self) -> None:
        for size in SIZES:
            default_storage.delete(self.file_name(size))
