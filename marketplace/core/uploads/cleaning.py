"""Runs the child over one upload, within bounds of time and memory (ADR 0078)."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog

from marketplace.core.db import forbid_transaction
from marketplace.core.uploads.containers import recognise
from marketplace.core.uploads.errors import UploadRefused, UploadsBusy
from marketplace.core.uploads.files import PICTURES, CleanFile, CleanImage, Kind, Size

log = structlog.get_logger(__name__)

CHILD = Path(__file__).with_name("child.py")
MEMORY_BYTES = 512 * 1024**2
CPU_SECONDS = 10
WALL_SECONDS = 20.0
MOST_AT_ONCE = 2
"""Children of one web process: two of them and the process itself fit into 1.2 GB."""
TURN_SECONDS = 10.0
MAX_ANSWER_BYTES = 64 * 1024**2

MAX_PIXELS = 40_000_000
MAX_SIDE_PIXELS = 20_000
MAX_PAGES = 20
PICTURE_QUALITY = 82
PAGE = Size(side_pixels=2000)
"""A page on which the small print of a document can be read."""

DETAILS = {
    "too_many_pixels": f"At most {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE_PIXELS} pixels "
    "a side.",
    "too_small": "At least 16 pixels a side.",
    "animated": "Moving pictures are not accepted.",
    "encrypted": "The document is protected by a password.",
    "too_many_pages": f"At most {MAX_PAGES} pages.",
    "too_expensive": "The file takes too much time or memory to read.",
    "damaged": "The file is damaged or incomplete.",
}

_turns = threading.BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Answer:
    """``peak_kb`` is the most memory that the child held at once."""

    images: tuple[CleanImage, ...]
    peak_kb: int


def clean_upload(data: bytes, *, kinds: frozenset[Kind]) -> CleanFile:
    """Draw a picture or a document anew: every page as WebP of at most 2000 pixels a side.

    Call :func:`check_quota` before, and this outside any transaction. Raises
    :class:`UploadRefused` with its reason, :class:`UploadsBusy`.
    """
    kind = recognise(data, kinds)
    return CleanFile(pages=decode(data, kind, [PAGE]).images)


def clean_picture(data: bytes, *, sizes: Mapping[str, Size]) -> dict[str, CleanImage]:
    """Decode a JPEG, PNG or WebP once and draw it in each of ``sizes``, by the same names.

    As :func:`clean_upload` otherwise.
    """
    kind = recognise(data, PICTURES)
    images = decode(data, kind, list(sizes.values())).images
    return dict(zip(sizes, images, strict=True))


def decode(data: bytes, kind: Kind, sizes: Sequence[Size]) -> Answer:
    """One child, one file. A child that is killed by any of its limits refuses the file."""
    forbid_transaction("Decoding a file")
    job = {
        "kind": kind.value,
        "sizes": [asdict(size) for size in sizes],
        "quality": PICTURE_QUALITY,
        "max_pixels": MAX_PIXELS,
        "max_side_pixels": MAX_SIDE_PIXELS,
        "max_pages": MAX_PAGES,
    }
    with _a_turn():
        started = time.monotonic()
        head, body = _run(json.dumps(job).encode() + b"\n" + data)
    peak_kb = _number(head.get("peak_kb")) if head else 0
    told = log.bind(
        kind=kind.value,
        size_bytes=len(data),
        seconds=round(time.monotonic() - started, 3),
        peak_mb=peak_kb // 1024,
    )
    if head is None:
        told.warning("upload_child_killed")
        raise _refusal("too_expensive")
    if "refused" in head:
        told.info("upload_refused", reason=str(head["refused"])[:40])
        raise _refusal(str(head["refused"]))
    answer = Answer(_images(head, body), peak_kb)
    told.info("upload_cleaned", pages=len(answer.images))
    return answer


@contextmanager
def _a_turn() -> Iterator[None]:
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise UploadsBusy
    try:
        yield
    finally:
        _turns.release()


def _run(question: bytes) -> tuple[dict[str, Any] | None, bytes]:
    """The child's answer, or None when it died without one.

    Popen without ``preexec_fn`` never runs Python between fork and exec, so it is safe beside other
    threads; descriptors are closed, so no connection to the database goes along.
    """
    with subprocess.Popen(
        [sys.executable, "-I", str(CHILD), str(MEMORY_BYTES), str(CPU_SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        close_fds=True,
    ) as child:
        clock = threading.Timer(WALL_SECONDS, child.kill)
        clock.daemon = True
        clock.start()
        try:
            line, body = _converse(child, question)
        finally:
            clock.cancel()
            child.kill()
    try:
        head = json.loads(line)
    except ValueError:
        return None, b""
    return (head if isinstance(head, dict) else None), body


def _converse(child: subprocess.Popen[bytes], question: bytes) -> tuple[bytes, bytes]:
    """The child reads everything before it says anything: neither side waits for the other."""
    if child.stdin is None or child.stdout is None:
        raise AssertionError("unreachable")
    # It may be dead already, killed by a limit; what it said, if anything, is read below.
    with suppress(BrokenPipeError):
        child.stdin.write(question)
    with suppress(BrokenPipeError):
        child.stdin.close()
    return child.stdout.readline(65_536), child.stdout.read(MAX_ANSWER_BYTES + 1)


def _images(head: dict[str, Any], body: bytes) -> tuple[CleanImage, ...]:
    """Believe nothing: a decoder that was taken over could say anything."""
    images, position = [], 0
    try:
        shapes = [(int(width), int(height), int(size)) for width, height, size in head["pictures"]]
    except (KeyError, TypeError, ValueError):
        raise _refusal("damaged") from None
    for width, height, size in shapes:
        content = body[position : position + size]
        position += size
        is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) == size
        is_whole = int.from_bytes(content[4:8], "little") + 8 == size
        if not (is_webp and is_whole and width > 0 and height > 0):
            raise _refusal("damaged")
        images.append(CleanImage(content, width, height))
    if not images or position != len(body):
        raise _refusal("damaged")
    return tuple(images)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _refusal(reason: str) -> UploadRefused:
    known = reason if reason in DETAILS else "damaged"
    return UploadRefused(known, DETAILS[known])
