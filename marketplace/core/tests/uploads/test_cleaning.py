import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction

from marketplace.core.db import TransactionNested
from marketplace.core.tests.uploads.drawing import pdf, picture
from marketplace.core.uploads import (
    DOCUMENTS,
    PICTURES,
    Kind,
    Size,
    UploadRefused,
    UploadsBusy,
    clean_picture,
    clean_upload,
    cleaning,
)

ECHO = """
import json, os, sys, threading
job = json.loads(sys.stdin.buffer.readline())
sys.stdin.buffer.read()
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A child of the test's own in the decoder's place, with the decoder's limits."""
    path = tmp_path / "child.py"
    monkeypatch.setattr(cleaning, "CHILD", path)
    return path


@contextmanager
def refused(reason: str) -> Iterator[None]:
    with pytest.raises(UploadRefused) as caught:
        yield
    assert caught.value.reason == reason


def test_a_picture_is_one_page() -> None:
    clean = clean_upload(picture("PNG", (300, 200)), kinds=PICTURES)
    assert (clean.media_type, clean.width, clean.height) == ("image/webp", 300, 200)
    assert clean.content == clean.pages[0].content
    assert len(clean.pages) == 1


def test_a_document_becomes_a_picture_a_page() -> None:
    clean = clean_upload(pdf(pages=3, size=(595, 842)), kinds=DOCUMENTS)
    assert len(clean.pages) == 3
    assert {page.content[:4] for page in clean.pages} == {b"RIFF"}
    assert (clean.width, clean.height) == (1240, 1755)


def test_a_document_is_refused_where_a_picture_is_asked_for() -> None:
    with refused("unknown_format"):
        clean_upload(pdf(), kinds=PICTURES)
    with refused("unknown_format"):
        clean_upload(picture("PNG"), kinds=frozenset({Kind.PDF}))


def test_a_square_is_cut_out_of_the_middle() -> None:
    sizes = {"large": Size(256, is_square=True), "small": Size(64, is_square=True)}
    drawn = clean_picture(picture("JPEG", (800, 400)), sizes=sizes)
    assert {name: (image.width, image.height) for name, image in drawn.items()} == {
        "large": (256, 256),
        "small": (64, 64),
    }
    tiny = clean_picture(picture("JPEG", (40, 30)), sizes=sizes)
    assert (tiny["large"].width, tiny["large"].height) == (30, 30)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_decoded_inside_a_transaction() -> None:
    with transaction.atomic(), pytest.raises(TransactionNested):
        clean_upload(picture(), kinds=PICTURES)


def test_the_child_has_no_secret_and_no_connection(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.environ["CANARY_SECRET"] = "canary"
    told = tmp_path / "told"
    held, end = os.pipe()
    os.set_inheritable(end, True)
    program.write_text(
        ECHO
        + "held = os.listdir('/proc/self/fd')\n"
        + "modules = [name for name in sys.modules if 'django' in name]\n"
        + f"open({str(told)!r}, 'w').write(repr((dict(os.environ), held, modules, sys.path)))\n"
    )
    try:
        with refused("too_expensive"):
            clean_upload(picture(), kinds=PICTURES)
    finally:
        del os.environ["CANARY_SECRET"]
        os.close(held)
        os.close(end)
    environment, descriptors, modules, path = eval(told.read_text())
    assert set(environment) <= {"LC_CTYPE"}
    # Three pipes, what it wrote this with, and the folder it listed.
    assert len(descriptors) <= 5
    assert modules == []
    assert not {"", "/", str(tmp_path)} & set(path)


def test_the_limits_hold_for_the_decoder(program: Path, tmp_path: Path) -> None:
    written = tmp_path / "written"
    real = Path(cleaning.__file__).with_name("child.py").read_text()
    before_main = real.split('if __name__ == "__main__":')[0]
    greedy = "shut_in(int(sys.argv[1]), int(sys.argv[2]))\nsys.stdin.buffer.read()\n"

    program.write_text(before_main + greedy + "b'x' * 600_000_000\n_answer({'pictures': []}, ())")
    with refused("too_expensive"):
        clean_upload(picture(), kinds=PICTURES)

    program.write_text(before_main + greedy + f"open({str(written)!r}, 'w').write('x')")
    with pytest.raises(UploadRefused):
        clean_upload(picture(), kinds=PICTURES)
    assert not written.exists() or not written.read_text()


def test_endless_work_ends(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path(cleaning.__file__).with_name("child.py").read_text()
    before_main = real.split('if __name__ == "__main__":')[0]
    monkeypatch.setattr(cleaning, "CPU_SECONDS", 1)
    program.write_text(
        before_main + "shut_in(int(sys.argv[1]), int(sys.argv[2]))\nwhile True: pass\n"
    )
    with refused("too_expensive"):
        clean_upload(picture(), kinds=PICTURES)

    # Asleep it uses no processor, and never reads its input.
    monkeypatch.setattr(cleaning, "WALL_SECONDS", 0.5)
    program.write_text("import time\ntime.sleep(60)\n")
    with refused("too_expensive"):
        clean_upload(picture("PNG", (900, 900)) + b"\0" * 1_000_000, kinds=PICTURES)


@pytest.mark.parametrize(
    "said",
    [
        b"not json\n",
        b"[]\n",
        b"{}\n",
        b'{"pictures": [], "peak_kb": 1}\n',
        b'{"pictures": [[1, 1, 5]], "peak_kb": 1}\nhello',
        b'{"pictures": [[1, 1, -1]], "peak_kb": 1}\n',
        b'{"pictures": [[1, 1, 12]], "peak_kb": 1}\nRIFF\x04\x00\x00\x00WEBP<script>',
        b'{"pictures": [[1]], "peak_kb": 1}\n',
        b'{"pictures": "x", "peak_kb": "much"}\n',
        b'{"refused": "<script>", "peak_kb": 1}\n',
        b"x" * 70_000,
    ],
)
def test_what_a_child_says_is_not_believed(program: Path, said: bytes) -> None:
    program.write_text(ECHO + f"sys.stdout.buffer.write({said!r})\n")
    with pytest.raises(UploadRefused) as caught:
        clean_upload(picture(), kinds=PICTURES)
    assert caught.value.reason in {"damaged", "too_expensive"}


def test_a_child_without_end_is_cut_off(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "MAX_ANSWER_BYTES", 1_000_000)
    program.write_text(
        ECHO
        + """
sys.stdout.buffer.write(b'{"pictures": [[1, 1, 2000000]], "peak_kb": 1}\\n')
while True:
    sys.stdout.buffer.write(b"x" * 65536)
"""
    )
    with refused("damaged"):
        clean_upload(picture(), kinds=PICTURES)


def test_files_wait_for_their_turn_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(cleaning, "TURN_SECONDS", 0.01)
    with cleaning._a_turn(), pytest.raises(UploadsBusy):
        clean_upload(picture(), kinds=PICTURES)
    assert clean_upload(picture(), kinds=PICTURES).pages


def test_many_threads_clean_at_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: clean_upload(picture(), kinds=PICTURES), range(8)))
    assert len({file.content for file in done}) == 1
