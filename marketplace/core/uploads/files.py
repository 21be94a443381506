"""What goes in and what comes out."""

from dataclasses import dataclass
from enum import StrEnum

MAX_BYTES = 10 * 1024 * 1024
MEDIA_TYPE = "image/webp"
"""Whatever went in: a picture of ours comes out, and is the only type ever served."""
SUFFIX = ".webp"


class Kind(StrEnum):
    """The formats that are read at all, told by content."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    PDF = "PDF"
    """Each page is drawn anew as a picture."""


PICTURES = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP})
DOCUMENTS = PICTURES | {Kind.PDF}


@dataclass(frozen=True, slots=True)
class Size:
    """Fits a square of ``side_pixels``, never enlarged; ``is_square`` cuts the middle out first."""

    side_pixels: int
    is_square: bool = False


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A picture we drew: WebP, upright, without metadata."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CleanFile:
    """What an upload became. A picture has one page; ``content`` is the first page."""

    pages: tuple[CleanImage, ...]
    media_type: str = MEDIA_TYPE

    @property
    def content(self) -> bytes:
        return self.pages[0].content

    @property
    def width(self) -> int:
        return self.pages[0].width

    @property
    def height(self) -> int:
        return self.pages[0].height
