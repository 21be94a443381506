"""Pictures from strangers: checked by content, decoded within bounds, written anew.

Nothing of the uploaded bytes is ever stored or served: only pixels survive.
"""

import struct
import threading
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from marketplace.products.errors import ImageRefused

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE_PIXELS = 20_000
MIN_SIDE_PIXELS = 16
FULL_SIDE_PIXELS = 1600
THUMBNAIL_SIDE_PIXELS = 400
QUALITY = 82
CONTENT_TYPE = "image/webp"
SUFFIX = ".webp"

ORIENTATION_TAG = 0x0112
UPRIGHT = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}

_decoding = threading.Lock()
"""40 megapixels with transparency take up to 300 MB while they are made smaller: one at a time in
one process keeps a worker under 512 MB."""

# What a decoder may raise over hostile bytes; Pillow promises no single base class.
_DECODER_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    ZeroDivisionError,
    OverflowError,
    MemoryError,
)


@dataclass(frozen=True, slots=True)
class Rendition:
    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Renditions:
    """``full`` fits a square of 1600 pixels, ``thumbnail`` one of 400; neither is enlarged."""

    full: Rendition
    thumbnail: Rendition


def render_picture(data: bytes) -> Renditions:
    """Turn an uploaded JPEG, PNG or WebP into our own two WebP files, upright, no metadata.

    Raises :class:`ImageRefused` with the reason: empty, too_large, unknown_format, trailing_data,
    too_many_pixels, too_small, animated, damaged.
    """
    _check_size(data)
    kind = _kind_of(data)
    if _has_trailing_data(data, kind):
        raise ImageRefused("trailing_data", "The file holds something else behind the picture.")
    with _decoding:
        picture = _decode(data, kind)
        full = _encode(picture)
        picture.thumbnail((THUMBNAIL_SIDE_PIXELS, THUMBNAIL_SIDE_PIXELS), Image.Resampling.LANCZOS)
        return Renditions(full=full, thumbnail=_encode(picture))


def _check_size(data: bytes) -> None:
    if not data:
        raise ImageRefused("empty", "The file is empty.")
    if len(data) > MAX_BYTES:
        raise ImageRefused("too_large", f"The file is larger than {MAX_BYTES // 1024**2} MB.")


def _kind_of(data: bytes) -> str:
    """By content: neither the name nor the declared type of an upload says anything."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    raise ImageRefused("unknown_format", "The file is not a JPEG, PNG or WebP picture.")


def _decode(data: bytes, kind: str) -> Image.Image:
    """The pixels, upright, at most ``FULL_SIDE_PIXELS`` a side, as RGB or RGBA."""
    try:
        with warnings.catch_warnings():
            # Between its warning and its error Pillow goes on; our own bound is lower than both.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(BytesIO(data), formats=[kind])
            _check_pixels(picture)
            orientation = _orientation(picture)
            # Lets the JPEG decoder skip what the result would not show: less memory and time.
            picture.draft("RGB", (FULL_SIDE_PIXELS, FULL_SIDE_PIXELS))
            picture.load()
            picture = _as_rgb(picture)
            picture.thumbnail((FULL_SIDE_PIXELS, FULL_SIDE_PIXELS), Image.Resampling.LANCZOS)
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        raise ImageRefused("damaged", "The picture cannot be read.") from None
    except _DECODER_ERRORS:
        raise ImageRefused("damaged", "The picture is damaged or incomplete.") from None
    for turn in UPRIGHT.get(orientation, ()):
        picture = picture.transpose(turn)
    return picture


def _check_pixels(picture: Image.Image) -> None:
    # The header alone is read so far; nothing is decoded before this.
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE_PIXELS:
        raise ImageRefused("too_small", f"At least {MIN_SIDE_PIXELS} pixels a side.")
    # Phones write several pictures into one JPEG ("MPO"); its first frame is the picture.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise ImageRefused("animated", "Moving pictures are not accepted.")


def _too_many_pixels() -> ImageRefused:
    return ImageRefused(
        "too_many_pixels",
        f"At most {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE_PIXELS} pixels a side.",
    )


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ORIENTATION_TAG, 1))
    except _DECODER_ERRORS:
        # Broken metadata is no reason to refuse a good picture: it is thrown away anyway.
        return 1


def _as_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        # 16 bits a pixel: the upper eight are what a screen shows.
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    mode = "RGBA" if has_alpha else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _encode(picture: Image.Image) -> Rendition:
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    buffer = BytesIO()
    bare.save(buffer, "WEBP", quality=QUALITY, method=4)
    return Rendition(buffer.getvalue(), *picture.size)


def _has_trailing_data(data: bytes, kind: str) -> bool:
    """Whether something else rides behind the picture: an archive, a page, a program."""
    try:
        end = {"JPEG": _end_of_jpeg, "PNG": _end_of_png, "WEBP": _end_of_webp}[kind](data)
    except (IndexError, struct.error):
        # It ends before its own end: the decoder says so with better words.
        return False
    rest = data[end:].strip(b"\x00")
    # Phones append a second JPEG (depth, brightness) or a short film. Neither is kept.
    is_phones = kind == "JPEG" and (rest.startswith(b"\xff\xd8\xff") or b"ftyp" in rest[:64])
    return bool(rest) and not is_phones


def _end_of_png(data: bytes) -> int:
    position = 8
    while True:
        if len(data) < position + 8:
            raise IndexError
        chunk = data[position + 4 : position + 8]
        position += 12 + int.from_bytes(data[position : position + 4], "big")
        if chunk == b"IEND":
            return position


def _end_of_webp(data: bytes) -> int:
    length = int.from_bytes(data[4:8], "little")
    return 8 + length + length % 2


def _end_of_jpeg(data: bytes) -> int:
    position = 2
    while True:
        if data[position] != 0xFF:
            raise IndexError
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker == 0xD9:
            return position + 2
        elif 0xD0 <= marker <= 0xD7 or marker == 0x01:
            position += 2
        else:
            (length,) = struct.unpack_from(">H", data, position + 2)
            position += 2 + length
            if marker == 0xDA:
                position = _end_of_scan(data, position)


def _end_of_scan(data: bytes, position: int) -> int:
    """Where the compressed pixels end: the next marker that is neither stuffing nor a restart."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0:
            raise IndexError
        following = data[position + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return position
        position += 2
