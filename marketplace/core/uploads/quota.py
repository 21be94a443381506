"""How much one person may send in a day."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from marketplace.core.db import opens_transaction
from marketplace.core.uploads.errors import UploadQuotaUsedUp


@dataclass(frozen=True, slots=True)
class Quota:
    files: int
    size_bytes: int


DAILY = Quota(files=500, size_bytes=1024**3)

# The row is locked by the statement itself: of two uploads at the same moment the second one sees
# what the first one used.
_USE = """
    INSERT INTO core_upload_usage AS used (user_id, day, files, size_bytes)
    VALUES (%(user_id)s::uuid, (clock_timestamp() AT TIME ZONE 'UTC')::date, 1,
            %(size_bytes)s::bigint)
    ON CONFLICT (user_id, day) DO UPDATE
    SET files = used.files + 1, size_bytes = used.size_bytes + excluded.size_bytes
    WHERE used.files < %(max_files)s::int
      AND used.size_bytes + excluded.size_bytes <= %(max_bytes)s::bigint
    RETURNING 1
"""


@opens_transaction
def check_quota(*, user_id: UUID, size_bytes: int, quota: Quota = DAILY) -> None:
    """Count one upload against the person's day (UTC), before anything is decoded.

    A refused file counts as well: reading it costs as much. Raises :class:`UploadQuotaUsedUp`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _USE,
            {
                "user_id": user_id,
                "size_bytes": size_bytes,
                "max_files": quota.files,
                "max_bytes": quota.size_bytes,
            },
        )
        if cursor.fetchone() is None:
            raise UploadQuotaUsedUp(
                f"At most {quota.files} files and {quota.size_bytes // 1024**2} MB a day; "
                "go on tomorrow."
            )
