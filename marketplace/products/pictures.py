"""The two pictures of ours that an upload becomes (``core.uploads`` does the work)."""

from dataclasses import dataclass

from marketplace.core.uploads import (
    MAX_BYTES,
    MEDIA_TYPE,
    SUFFIX,
    CleanImage,
    Size,
    UploadRefused,
    clean_picture,
)
from marketplace.products.errors import ImageRefused

__all__ = ["CONTENT_TYPE", "MAX_BYTES", "SUFFIX", "Renditions", "render_picture"]

CONTENT_TYPE = MEDIA_TYPE
SIZES = {"full": Size(side_pixels=1600), "thumbnail": Size(side_pixels=400)}


@dataclass(frozen=True, slots=True)
class Renditions:
    """``full`` fits a square of 1600 pixels, ``thumbnail`` one of 400; neither is enlarged."""

    full: CleanImage
    thumbnail: CleanImage


def render_picture(data: bytes) -> Renditions:
    """Turn an uploaded JPEG, PNG or WebP into our own two WebP files, upright, no metadata.

    Raises :class:`ImageRefused` with the reason of ``UploadRefused``, and ``UploadsBusy``.
    """
    try:
        return Renditions(**clean_picture(data, sizes=SIZES))
    except UploadRefused as refused:
        raise ImageRefused(refused.reason, refused.detail) from None
