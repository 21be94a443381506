"""What a file is, by its bytes, and whether something else rides behind it. Decodes nothing."""

import struct
from collections.abc import Callable

from marketplace.core.uploads.errors import UploadRefused
from marketplace.core.uploads.files import MAX_BYTES, Kind


def recognise(data: bytes, kinds: frozenset[Kind]) -> Kind:
    """The file's kind; neither its name nor its declared type says anything.

    Raises :class:`UploadRefused`: empty, too_large, unknown_format, trailing_data.
    """
    if not data:
        raise UploadRefused("empty", "The file is empty.")
    if len(data) > MAX_BYTES:
        raise UploadRefused("too_large", f"The file is larger than {MAX_BYTES // 1024**2} MB.")
    kind = _kind_of(data)
    if kind is None or kind not in kinds:
        names = ", ".join(sorted(kinds))
        raise UploadRefused("unknown_format", f"The file is none of {names}.")
    if _has_trailing_data(data, kind):
        raise UploadRefused("trailing_data", "The file holds something else behind its end.")
    return kind


def _kind_of(data: bytes) -> Kind | None:
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    # Readers look for it in the first kilobyte; what is before it would be another file.
    if data.startswith(b"%PDF-"):
        return Kind.PDF
    return None


def _has_trailing_data(data: bytes, kind: Kind) -> bool:
    """Whether something else rides behind the file: an archive, a page, a program."""
    try:
        end = _ENDS[kind](data)
    except (IndexError, struct.error):
        # It ends before its own end: the decoder says so with better words.
        return False
    rest = data[end:].strip(b"\x00 \t\r\n") if kind is Kind.PDF else data[end:].strip(b"\x00")
    # Phones append a second JPEG (depth, brightness) or a short film. Neither is kept.
    is_phones = kind is Kind.JPEG and (rest.startswith(b"\xff\xd8\xff") or b"ftyp" in rest[:64])
    return bool(rest) and not is_phones


def _end_of_pdf(data: bytes) -> int:
    position = data.rfind(b"%%EOF")
    if position < 0:
        raise IndexError
    return position + len(b"%%EOF")


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


_ENDS: dict[Kind, Callable[[bytes], int]] = {
    Kind.JPEG: _end_of_jpeg,
    Kind.PNG: _end_of_png,
    Kind.WEBP: _end_of_webp,
    Kind.PDF: _end_of_pdf,
}
