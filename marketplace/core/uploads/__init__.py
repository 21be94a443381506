"""Files from strangers: checked by content, drawn anew in a process that can do nothing else.

``clean_upload`` for a document or a picture as it is, ``clean_picture`` for a picture in the sizes
that a page shows; ``check_quota`` before either. Nothing of the uploaded bytes is ever stored or
served: only pixels survive.
"""

from marketplace.core.uploads.cleaning import clean_picture, clean_upload
from marketplace.core.uploads.errors import UploadQuotaUsedUp, UploadRefused, UploadsBusy
from marketplace.core.uploads.files import (
    DOCUMENTS,
    MAX_BYTES,
    MEDIA_TYPE,
    PICTURES,
    SUFFIX,
    CleanFile,
    CleanImage,
    Kind,
    Size,
)
from marketplace.core.uploads.quota import check_quota

__all__ = [
    "DOCUMENTS",
    "MAX_BYTES",
    "MEDIA_TYPE",
    "PICTURES",
    "SUFFIX",
    "CleanFile",
    "CleanImage",
    "Kind",
    "Size",
    "UploadQuotaUsedUp",
    "UploadRefused",
    "UploadsBusy",
    "check_quota",
    "clean_picture",
    "clean_upload",
]
