"""From an upload to the pages that are kept."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.core.uploads import DOCUMENTS, check_quota, clean_upload


@dataclass(frozen=True, slots=True)
class Pages:
    media_type: str
    content: tuple[bytes, ...]


def read_pages(data: bytes, *, user_id: UUID) -> Pages:
    """The upload's pages, decoded and drawn anew. Raises UploadQuotaUsedUp, UploadRefused,
    UploadsBusy."""
    check_quota(user_id=user_id, size_bytes=len(data))
    clean = clean_upload(data, kinds=DOCUMENTS)
    return Pages(clean.media_type, tuple(page.content for page in clean.pages))
