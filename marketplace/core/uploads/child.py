"""The program that decodes: one file in, pictures out, and then it ends.

Started as ``python -I child.py``: it imports nothing of the platform, has no environment, no open
file but its three pipes, and limits on memory, time and writing that it sets before it reads a
byte. On its input stands a line of JSON and then the file; on its output a line of JSON and then
the pictures, in order. What it says is checked by ``cleaning.py`` like a stranger's word.
"""

import ctypes
import io
import json
import resource
import signal
import struct
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

ORIENTATION_TAG = 0x0112
MIN_SIDE_PIXELS = 16
POINTS_PER_INCH = 72
PAGE_DOTS_PER_INCH = 150
MIN_PAGE_POINTS = 16

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38

# What a decoder may raise over hostile bytes; Pillow promises no single base class.
DECODER_ERRORS = (
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
)


class Refused(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


def shut_in(memory_bytes: int, cpu_seconds: int) -> None:
    """Give up whatever decoding does not need, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # The second number kills where the first can be caught.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # When the thread that asked is gone, nobody wants the answer.
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def main() -> None:
    shut_in(int(sys.argv[1]), int(sys.argv[2]))
    job = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    try:
        pictures = list(_pictures(job, data))
    except Refused as refused:
        _answer({"refused": refused.reason}, ())
    except MemoryError:
        _answer({"refused": "too_expensive"}, ())
    except DECODER_ERRORS:
        _answer({"refused": "damaged"}, ())
    else:
        shapes = [[width, height, len(content)] for content, width, height in pictures]
        _answer({"pictures": shapes}, [content for content, _, _ in pictures])


def _answer(head: dict[str, Any], contents: Sequence[bytes]) -> None:
    head["peak_kb"] = _peak_kb()
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for content in contents:
        sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _peak_kb() -> int:
    # getrusage counts what the parent held when it started us; this is our own.
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return next(
        (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0
    )


def _pictures(job: dict[str, Any], data: bytes) -> Iterator[tuple[bytes, int, int]]:
    if job["kind"] == "PDF":
        yield from _draw_pages(job, data)
        return
    picture = _decode(job, data)
    for size in job["sizes"]:
        yield _encode(_fit(picture, size), job["quality"])


def _decode(job: dict[str, Any], data: bytes) -> "Image.Image":
    """The pixels, upright, hardly larger than the largest size asked for, as RGB or RGBA."""
    # Named here: Pillow then tries no other of its many formats, and never reads their code.
    from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

    # A square is cut out of the whole: its side is a part of the picture's.
    side = max(size["side_pixels"] * (2 if size["is_square"] else 1) for size in job["sizes"])
    try:
        with warnings.catch_warnings():
            # Between its warning and its error Pillow goes on; our own bound is lower than both.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(io.BytesIO(data), formats=[job["kind"]])
    except Image.DecompressionBombError:
        raise Refused("too_many_pixels") from None
    # The header alone is read so far; nothing is decoded before this.
    width, height = picture.size
    if width * height > job["max_pixels"] or max(width, height) > job["max_side_pixels"]:
        raise Refused("too_many_pixels")
    if min(width, height) < MIN_SIDE_PIXELS:
        raise Refused("too_small")
    # Phones write several pictures into one JPEG ("MPO"); its first frame is the picture.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise Refused("animated")
    orientation = _orientation(picture)
    # Lets the JPEG decoder skip what the result would not show: less memory and time.
    picture.draft("RGB", (side, side))
    picture.load()
    picture = _as_rgb(picture)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    for turn in _turns(orientation):
        picture = picture.transpose(turn)
    return picture


def _turns(orientation: int) -> "tuple[Image.Transpose, ...]":
    from PIL.Image import Transpose

    return {
        2: (Transpose.FLIP_LEFT_RIGHT,),
        3: (Transpose.ROTATE_180,),
        4: (Transpose.FLIP_TOP_BOTTOM,),
        5: (Transpose.TRANSPOSE,),
        6: (Transpose.ROTATE_270,),
        7: (Transpose.TRANSVERSE,),
        8: (Transpose.ROTATE_90,),
    }.get(orientation, ())


def _orientation(picture: "Image.Image") -> int:
    try:
        return int(picture.getexif().get(ORIENTATION_TAG, 1))
    except DECODER_ERRORS:
        # Broken metadata is no reason to refuse a good picture: it is thrown away anyway.
        return 1


def _as_rgb(picture: "Image.Image") -> "Image.Image":
    if picture.mode.startswith("I"):
        # 16 bits a pixel: the upper eight are what a screen shows.
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    mode = "RGBA" if has_alpha else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _fit(picture: "Image.Image", size: dict[str, Any]) -> "Image.Image":
    from PIL import Image, ImageOps

    side = size["side_pixels"]
    if size["is_square"]:
        edge = min(*picture.size, side)
        return ImageOps.fit(picture, (edge, edge), Image.Resampling.LANCZOS)
    copy = picture.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    return copy


def _encode(picture: "Image.Image", quality: int) -> tuple[bytes, int, int]:
    from PIL import Image

    # A new picture takes the pixels and nothing that hung on the old one.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    buffer = io.BytesIO()
    bare.save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue(), *picture.size


def _draw_pages(job: dict[str, Any], data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Every page as a picture. No form is opened, so nothing in the file is ever run."""
    import pypdfium2

    side = job["sizes"][0]["side_pixels"]
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        # pdfium's word for FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY.
        is_locked = "assword" in str(error) or "ecurity" in str(error)
        raise Refused("encrypted" if is_locked else "damaged") from None
    if not 1 <= len(document) <= job["max_pages"]:
        raise Refused("too_many_pages" if len(document) else "damaged")
    for number in range(len(document)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            raise Refused("damaged") from None
        longest = max(page.get_size())
        if min(page.get_size()) < MIN_PAGE_POINTS:
            raise Refused("too_small")
        scale = min(PAGE_DOTS_PER_INCH / POINTS_PER_INCH, side / longest)
        drawn = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        yield _encode(drawn, job["quality"])
        page.close()


if __name__ == "__main__":
    main()
