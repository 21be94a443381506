"""Sixty and more files that somebody hostile might send, each built here from nothing.

``CANARY`` stands in whatever would run, leak or be read: it may never come out again.
"""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from marketplace.core.tests.uploads.drawing import assemble, pdf, picture

CANARY = b"canary-7f3a"
SCRIPT = b"<script>alert('canary-7f3a')</script>"
CLEANED = "cleaned"
"""Drawn anew, and nothing of it is left but what one sees."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """``expected`` holds every outcome that is safe; a decoder's version may choose among them."""

    name: str
    data: bytes
    expected: frozenset[str]
    file_name: str = "photo.jpg"
    content_type: str = "image/jpeg"
    is_document: bool = False


def hostile_files() -> list[Hostile]:
    return [
        *_polyglots(),
        *_picture_bombs(),
        *_document_bombs(),
        *_active_documents(),
        *_broken(),
        *_other_formats(),
        *_metadata(),
        *_names(),
    ]


def one(
    name: str,
    data: bytes,
    *expected: str,
    file_name: str = "photo.jpg",
    content_type: str = "image/jpeg",
) -> Hostile:
    return Hostile(name, data, frozenset(expected), file_name, content_type)


def document(name: str, data: bytes, *expected: str) -> Hostile:
    return Hostile(name, data, frozenset(expected), "scan.pdf", "application/pdf", is_document=True)


def zipped() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("run.js", CANARY)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*chunks: bytes, size: tuple[int, int] = (64, 64), pixels: bytes | None = None) -> bytes:
    """A PNG with ``chunks`` between its header and its pixels."""
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    body = zlib.compress((b"\0" + b"\x80" * 3 * min(size[0], 10_000)) * min(size[1], 500), 9)
    parts = [chunk(b"IHDR", header), *chunks, chunk(b"IDAT", pixels or body), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def webp(
    *chunks: tuple[bytes, bytes], flags: int = 0, canvas: tuple[int, int] = (640, 480)
) -> bytes:
    """An extended WebP around a good picture, with more chunks."""
    plain = picture("WEBP")[12:]
    width, height = ((side - 1).to_bytes(3, "little") for side in canvas)
    body = b"WEBP" + _riff(b"VP8X", bytes([flags, 0, 0, 0]) + width + height) + plain
    body += b"".join(_riff(name, content) for name, content in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _riff(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*segments: bytes, **options: object) -> bytes:
    """A good photo with more segments behind its first marker."""
    plain = picture("JPEG", **options)  # type: ignore[arg-type]
    return plain[:2] + b"".join(segments) + plain[2:]


def _polyglots() -> Iterator[Hostile]:
    good, flat = picture("JPEG"), picture("PNG")
    yield one(
        "gif and script", b"GIF89a/*" + picture("GIF")[8:] + b"*/=1;" + SCRIPT, "unknown_format"
    )
    yield one("gif and page", picture("GIF") + SCRIPT, "unknown_format")
    yield one("bitmap and script", b"BM" + SCRIPT * 9, "unknown_format")
    yield one("jpeg with a script as comment", jpeg(segment(0xFE, SCRIPT)), CLEANED)
    yield one("jpeg with a page behind", good + SCRIPT, "trailing_data")
    yield one("jpeg with an archive behind", good + zipped(), "trailing_data")
    yield one("jpeg with a film and a page", good + b"\0\0\0\x18ftypmp42" + SCRIPT, CLEANED)
    yield one("jpeg that opens as a document", jpeg(segment(0xFE, b"%PDF-1.4\n" + CANARY)), CLEANED)
    yield one("png with an archive behind", flat + zipped(), "trailing_data")
    yield one("png with a program behind", flat + b"\x7fELF" + CANARY, "trailing_data")
    yield one("png with php in its text", png(chunk(b"tEXt", b"c\0<?php " + CANARY)), CLEANED)
    yield one("webp with a document behind", picture("WEBP") + pdf(), "trailing_data")
    yield one("webp with a page inside", webp((b"XMP ", SCRIPT), flags=4), CLEANED, "damaged")
    yield document("document with an archive behind", pdf() + zipped(), "trailing_data")
    yield document("archive with a document inside", zipped() + pdf(), "unknown_format")
    yield document("page before a document", SCRIPT + pdf(), "unknown_format")


def _picture_bombs() -> Iterator[Hostile]:
    zeros = zlib.compress(b"\0" * 200_000_000, 9)
    text = b"\0\0" + zeros
    yield one("png of nine hundred megapixels", png(size=(30_000, 30_000)), "too_many_pixels")
    yield one("png a little over the bound", png(size=(8_000, 5_001)), "too_many_pixels")
    yield one("png of one endless line", png(size=(2**31 - 1, 1)), "too_many_pixels")
    yield one("png with a bomb of text", png(chunk(b"zTXt", b"c" + text)), "damaged", CLEANED)
    yield one(
        "png with a bomb of unicode",
        png(chunk(b"iTXt", b"c\0\1\0\0\0" + zeros)), "damaged", CLEANED,
    )  # fmt: skip
    yield one("png with a bomb as profile", png(chunk(b"iCCP", b"c" + text)), "damaged", CLEANED)
    yield one("png with far too many pixels", png(pixels=zeros), "damaged", CLEANED)
    lie = bytearray(picture("JPEG"))
    at = lie.index(b"\xff\xc0") + 5
    lie[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    yield one("jpeg that claims four gigapixels", bytes(lie), "too_many_pixels")
    lie[at : at + 4] = struct.pack(">HH", 6_000, 6_000)
    yield one("jpeg that claims more than it has", bytes(lie), "damaged", CLEANED)
    yield one("jpeg of endless scans", _endless_scans(), "too_expensive", "damaged")
    yield one("moving png", _moving("PNG"), "animated")
    yield one("moving webp", _moving("WEBP"), "animated")
    yield one("moving webp of many large frames", _moving("WEBP", 60, 2000), "animated")
    claims = webp(canvas=(16_384, 16_384))
    yield one("webp that claims a huge canvas", claims, "too_many_pixels", "damaged")
    yield one("webp that unfolds in memory", picture("WEBP", (8_000, 5_000)), "too_expensive")


def _moving(kind: str, frames: int = 3, side: int = 64) -> bytes:
    shades = [Image.new("RGB", (side, side), (shade * 4 % 256, 0, 0)) for shade in range(frames)]
    buffer = BytesIO()
    shades[0].save(buffer, kind, save_all=True, append_images=shades[1:], duration=50)
    return buffer.getvalue()


def _endless_scans() -> bytes:
    """A progressive photo whose last refinement comes thousands of times."""
    plain = picture("JPEG", (5_000, 5_000), progressive=True)
    last = plain.rindex(b"\xff\xda")
    scan = plain[last:-2]
    return plain[:-2] + scan * (8_000_000 // len(scan)) + plain[-2:]


def _stream(head: str, body: bytes) -> bytes:
    packed = zlib.compress(body, 9)
    return b"<< %b /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (
        head.encode(), len(packed), packed,
    )  # fmt: skip


def _document_bombs() -> Iterator[Hostile]:
    safe = ("damaged", "too_expensive", CLEANED)
    nested = b"[" * 300_000 + b"]" * 300_000
    yield document("document of nested lists", pdf(catalog="/X 10 0 R", objects=(nested,)), *safe)
    loop = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"
    yield document("pages that hold themselves", _with(2, loop), *safe)
    yield document("document of 21 pages", pdf(pages=21), "too_many_pages")
    many = b"<< /Type /Pages /Kids [100 0 R] /Count 2000000000 >>"
    yield document(
        "document that claims two billion pages", _with(2, many), "too_many_pages", *safe
    )
    yield document("page as large as a town", pdf(size=(1e9, 1e9)), *safe)
    yield document("page as thin as a hair", pdf(size=(0.001, 5000)), "too_small", *safe)
    unfolding = _stream("", b"q " * 150_000_000)
    yield document("page that unfolds in memory", _with(4, unfolding), *safe)
    head = "/Type /ObjStm /N 1000000 /First 8000000"
    yield document(
        "objects that unfold in memory", _with(10, _stream(head, b"1 0 " * 60_000_000)), *safe
    )
    shape = "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8"
    huge = _stream(f"{shape} /ColorSpace /DeviceRGB", b"\0" * 20_000_000)
    yield document("picture of four gigapixels in a document", _drawing("/I Do", huge), *safe)
    form = "/Type /XObject /Subtype /Form /BBox [0 0 300 200]"
    itself = _stream(f"{form} /Resources << /XObject << /I 10 0 R >> >>", b"/I Do /I Do")
    yield document("drawing that draws itself", _drawing("/I Do", itself), *safe)
    laughs = [
        _stream(f"{form} /Resources << /XObject << /I {11 + level} 0 R >> >>", b"/I Do " * 20)
        for level in range(12)
    ]
    end = _stream(form, b"0 0 9 9 re f " * 50)
    yield document("a billion drawings", _drawing("/I Do", *laughs, end), *safe)


def _with(number: int, body: bytes) -> bytes:
    """A plain document with one object replaced or added."""
    stream = b"BT ET"
    parts = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [100 0 R] /Count 1 >>",
        4: b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        100: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R >>",
    }
    return assemble(parts | {number: body})


def _drawing(content: str, *objects: bytes) -> bytes:
    return pdf(
        content=content.encode(), objects=objects, page="/Resources << /XObject << /I 10 0 R >> >>"
    )


def _active_documents() -> Iterator[Hostile]:
    word = CANARY.decode()

    def acting(name: str, action: str) -> Hostile:
        return document(name, pdf(catalog=f"/OpenAction << {action} >>"), CLEANED, "damaged")

    yield acting("document that runs a script", f"/S /JavaScript /JS (app.alert\\('{word}'\\))")
    yield acting("document that starts a program", f"/S /Launch /F (cmd.exe {word})")
    yield acting("document that opens an address", f"/S /URI /URI (https://{word}.example/)")
    yield acting("document that sends a form", f"/S /SubmitForm /F (https://{word}.example/)")
    yield acting("document that opens another", f"/S /GoToR /F (\\\\\\\\{word}.example\\\\share)")
    file = _stream("/Type /EmbeddedFile", b"MZ" + CANARY)
    names = (
        "/Names << /EmbeddedFiles << /Names [(a.exe) << /F (a.exe) /EF << /F 10 0 R >> >>] >> >>"
    )
    yield document("document with a program inside", pdf(catalog=names, objects=(file,)), CLEANED)
    xfa = b"<xdp><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;" + CANARY
    form = "/AcroForm << /Fields [] /XFA 10 0 R >>"
    data = pdf(catalog=form, objects=(_stream("", xfa),))
    yield document("document with an xml form", data, CLEANED)
    outside = b"<< /Length 0 /F (/etc/passwd) >>\nstream\n\nendstream"
    yield document("document that reads our files", _with(4, outside), CLEANED, "damaged")
    yield document("document with a password", _locked(), "encrypted", "damaged")


def _locked() -> bytes:
    """Locked by a password that nobody has: the check values are noise."""
    noise = "".join(f"{(number * 37 + 11) % 256:02x}" for number in range(32))
    body = f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{noise}> /U <{noise}> >>".encode()
    one_id = "<00112233445566778899aabbccddeeff>"
    return pdf(objects=(body,), trailer=f"/Encrypt 10 0 R /ID [{one_id} {one_id}]")


def _broken() -> Iterator[Hostile]:
    buffer = BytesIO()
    Image.effect_noise((320, 240), 80).convert("RGB").save(buffer, "JPEG")
    whole = buffer.getvalue()
    yield one("nothing", b"", "empty", "invalid_input")
    yield one("half a jpeg", whole[: len(whole) // 2], "damaged")
    yield one("half a png", png()[:-40], "damaged")
    yield one("half a webp", picture("WEBP")[:90], "damaged")
    yield one("a jpeg's first bytes", b"\xff\xd8\xff", "damaged")
    yield one("a png with wrong sums", png()[:-30] + b"\0" * 30, "damaged", CLEANED)
    yield document("half a document", pdf()[:200], "damaged")
    yield document("a document's first bytes", b"%PDF-1.7\n%%EOF", "damaged")


def _other_formats() -> Iterator[Hostile]:
    laughs = b'<!DOCTYPE x [<!ENTITY a "canary-7f3a"><!ENTITY b "&a;&a;">]><svg>&b;</svg>'
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>canary-7f3a</script></svg>'
    refused = "unknown_format"
    yield one("svg with a script", svg, refused, content_type="image/svg+xml", file_name="a.svg")
    yield one("svg that says it is a jpeg", svg, refused)
    yield one("packed svg", gzip.compress(svg), refused, file_name="a.svgz")
    yield one("xml with entities", b'<?xml version="1.0"?>' + laughs, refused)
    yield one("page that says it is a jpeg", b"<!doctype html>" + SCRIPT, refused)
    yield one("windows program as png", b"MZ\x90\0" + CANARY, refused, file_name="a.png")
    yield one("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n(canary-7f3a) run\n", refused)
    yield one("tiff", picture("TIFF"), refused, file_name="a.jpg")
    yield one("good picture that says it is a page", jpeg(segment(0xFE, SCRIPT)), CLEANED,
              file_name="a.html", content_type="text/html")  # fmt: skip


def _metadata() -> Iterator[Hostile]:
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    exif[0x9286] = CANARY
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.5)
    photo = picture("JPEG", exif=exif, icc_profile=b"\0" * 128 + CANARY, comment=CANARY)
    yield one("photo that says where it was taken", photo, CLEANED)
    # A directory of tags whose next directory is itself.
    loop = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x08\0\0\0" + CANARY
    yield one("photo with endless tags", jpeg(segment(0xE1, loop)), CLEANED)
    xxe = (
        b"http://ns.adobe.com/xap/1.0/\0<?xpacket?><!DOCTYPE x [<!ENTITY e SYSTEM "
        b"'file:///etc/passwd'>]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&e;canary-7f3a</x:xmpmeta>"
    )
    yield one("photo that names our files", jpeg(segment(0xE1, xxe)), CLEANED)


def _names() -> Iterator[Hostile]:
    hidden = jpeg(segment(0xFE, CANARY))
    for what, file_name in {
        "a path": "../../../../etc/cron.d/canary-7f3a",
        "a windows path": "..\\..\\canary-7f3a.aspx",
        "a null byte": "canary-7f3a.php\0.jpg",
        "line breaks": "a.jpg\r\nSet-Cookie: canary-7f3a=1\r\n\r\n<script>",
        "a page": '"><img src=x onerror=alert(1)>canary-7f3a.jpg',
        "a hidden file": ".htaccess",
        "a direction override": "canary-7f3a\u202egpj.exe",
        "five thousand letters": "canary-7f3a" * 500 + ".jpg",
    }.items():
        # Line breaks end the part's head: what follows in the name is then the file.
        safe = (CLEANED, "invalid_input", "unknown_format")
        yield one(f"name with {what}", hidden, *safe, "parse_error", file_name=file_name)
