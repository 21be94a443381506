"""Pictures for tests, good and hostile, made from scratch."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    image = Image.new(options.pop("mode", "RGB"), size, options.pop("color", (200, 30, 30)))
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(kind: str) -> bytes:
    buffer = BytesIO()
    Image.effect_noise((320, 240), 80).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (64, 64), (shade, 0, 0)) for shade in (0, 120, 240)]
    buffer = BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=50)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_claiming(width: int, height: int, rows: int = 1) -> bytes:
    """A small file whose header promises a huge picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * (rows * (1 + 3 * min(width, 10_000))), 9)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def with_gps(orientation: int = 6) -> bytes:
    """A landscape photo as a phone held upright writes it: turned by a tag, and saying where."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Canary Phone"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.5)
    return picture(size=(800, 600), exif=exif, comment=b"canary comment")


def as_bytes(image: Image.Image, kind: str = "JPEG") -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, quality=90)
    return buffer.getvalue()
