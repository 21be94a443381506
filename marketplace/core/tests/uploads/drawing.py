"""Files for tests, made from scratch."""

from io import BytesIO
from typing import Any

from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    image = Image.new(options.pop("mode", "RGB"), size, options.pop("color", (200, 30, 30)))
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def pdf(
    *,
    pages: int = 1,
    size: tuple[float, float] = (300, 200),
    text: str = "A document",
    catalog: str = "",
    page: str = "",
    objects: tuple[bytes, ...] = (),
    trailer: str = "",
    content: bytes | None = None,
) -> bytes:
    """A document of plain pages. ``objects`` are numbered from 10 on; ``catalog``, ``page`` and
    ``trailer`` go into these dictionaries as they are."""
    stream = content if content is not None else f"BT /F1 18 Tf 20 50 Td ({text}) Tj ET".encode()
    numbers = [100 + number for number in range(pages)]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    parts: dict[int, bytes] = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        2: f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
    }
    parts |= {10 + number: body for number, body in enumerate(objects)}
    for number in numbers:
        parts[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents 4 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> {page} >>"
        ).encode()
    return assemble(parts, trailer)


def assemble(parts: dict[int, bytes], trailer: str = "") -> bytes:
    out = BytesIO()
    out.write(b"%PDF-1.7\n")
    places = {}
    for number, body in sorted(parts.items()):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n")
    for number, place in places.items():
        out.write(b"%d 1\n%010d 00000 n \n" % (number, place))
    size = max(parts) + 1
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %b >>\n" % (size, trailer.encode()))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()
