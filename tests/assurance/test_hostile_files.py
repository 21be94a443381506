"""Hostile files (promise 10): none of them is ever served, and none takes the worker's memory."""

import struct
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient
from structlog.testing import capture_logs

from marketplace.core.testing.figures import publish
from marketplace.core.uploads import DOCUMENTS, UploadRefused, clean_upload
from marketplace.core.uploads.cleaning import MEMORY_BYTES
from marketplace.products.models import Product, ProductStatus
from marketplace.products.tests.factories import make_product
from marketplace.users.tests.factories import authorized_client, make_seller
from tests.assurance.hostile_files import CANARY, CLEANED, Hostile, hostile_files, jpeg, segment

pytestmark = pytest.mark.django_db

PIXELS_ONLY = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
BOUNDARY = "limit"


def form(file: Hostile) -> bytes:
    """The request's body as a hostile client writes it: the name as it is, nothing escaped."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="{file.file_name}"'
        f"\r\nContent-Type: {file.content_type}\r\n\r\n"
    )
    return head.encode() + file.data + f"\r\n--{BOUNDARY}--\r\n".encode()


def upload(client: APIClient, product: Product, body: bytes) -> Any:
    return client.generic(
        "POST",
        f"/api/v1/products/{product.id}/images/",
        body,  # type: ignore[arg-type]  # bytes are taken as they are
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
    )


def chunks_of(webp: bytes) -> set[bytes]:
    found, position = set(), 12
    while position < len(webp):
        name, length = struct.unpack_from("<4sI", webp, position)
        found.add(name)
        position += 8 + length + length % 2
    return found


def assert_only_pixels(content: bytes) -> None:
    assert content[:4] == b"RIFF"
    assert int.from_bytes(content[4:8], "little") + 8 == len(content)
    assert chunks_of(content) <= PIXELS_ONLY
    assert CANARY not in content


def outcome_of_document(file: Hostile) -> str:
    try:
        clean = clean_upload(file.data, kinds=DOCUMENTS)
    except UploadRefused as refused:
        return refused.reason
    for page in clean.pages:
        assert_only_pixels(page.content)
    return CLEANED


def outcome_of_picture(file: Hostile, client: APIClient, product: Product) -> str:
    answer = upload(client, product, form(file))
    if answer.status_code != 201:
        assert answer.status_code == 400, answer.content
        problem = answer.json()
        return str(problem.get("reason", problem["code"]))
    (image,) = answer.json()["images"]
    for size in ("full", "thumbnail"):
        served = APIClient().get(image[size]["url"])
        assert served.status_code == 200
        assert served["Content-Type"] == "image/webp"
        assert served["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in served["Content-Security-Policy"]
        assert "Set-Cookie" not in served
        assert_only_pixels(served.getvalue())
    return CLEANED


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_hostile_files_are_never_served(settings: Any, tmp_path: Path) -> None:
    media = tmp_path / "media"
    settings.MEDIA_ROOT = media
    seller = make_seller()
    client = authorized_client(seller)
    files = hostile_files()
    assert len({file.name for file in files}) == len(files) >= 60

    outcomes: Counter[str] = Counter()
    with capture_logs() as logs:
        for file in files:
            product = make_product(seller=seller, status=ProductStatus.DRAFT)
            outcome = (
                outcome_of_document(file)
                if file.is_document
                else outcome_of_picture(file, client, product)
            )
            assert outcome in file.expected, (file.name, outcome)
            outcomes[outcome] += 1

    stored = [path for path in media.rglob("*") if path.is_file()]
    served = sum(CANARY in path.read_bytes() for path in stored)
    assert {path.suffix for path in stored} == {".webp"}
    # Each stands below the folder of its product, under a name of ours.
    assert not [path for path in stored if len(path.relative_to(media).parts) != 3]
    assert not [path for path in tmp_path.rglob("*") if CANARY.decode() in path.name]

    children = [entry for entry in logs if entry["event"].startswith("upload_")]
    peak_mb = max(entry["peak_mb"] for entry in children)
    killed = sum(entry["event"] == "upload_child_killed" for entry in children)
    publish(
        "hostile files",
        tried=len(files),
        served=served,
        refused=len(files) - outcomes[CLEANED],
        drawn_anew=outcomes[CLEANED],
        killed_by_a_limit=killed,
        peak_mb=peak_mb,
        limit_mb=MEMORY_BYTES // 1024**2,
        longest_seconds=max(entry["seconds"] for entry in children),
        outcomes=dict(outcomes),
    )
    assert served == 0
    assert peak_mb < 512
    assert MEMORY_BYTES <= 512 * 1024**2


GOOD = jpeg(segment(0xFE, CANARY))


def part(name: str, content: bytes, *, head: str = "") -> bytes:
    return (
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n'
            f"{head}\r\n"
        ).encode()
        + content
        + b"\r\n"
    )


END = f"--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize(
    ("what", "body", "expected"),
    [
        ("five files", part("image", GOOD) * 5 + END, 400),
        ("two thousand fields", part("image", GOOD).replace(b"image", b"x") * 2000 + END, 400),
        ("no end", part("image", GOOD), 400),
        ("no boundary", GOOD, 400),
        ("an encoding", part("image", b"////", head="Content-Transfer-Encoding: base64\r\n"), 400),
        ("a form in a form", part("image", part("image", GOOD),
                                  head="Content-Type: multipart/mixed; boundary=x\r\n") + END, 400),
        ("one file beside another", part("image", GOOD) + part("image", b"<html>") + END, 400),
        ("a file behind the end", part("image", GOOD) + END + part("image", b"<html>"), 201),
        ("a field of another name", part("other", GOOD) + END, 400),
        ("a long header", part("image", GOOD, head=f"X-Long: {'a' * 70_000}\r\n") + END, 400),
        ("twelve megabytes", part("image", b"\0" * 12 * 1024**2) + END, 413),
    ],
)  # fmt: skip
def test_tricks_with_forms_store_nothing_that_was_sent(
    settings: Any, tmp_path: Path, what: str, body: bytes, expected: int
) -> None:
    settings.MEDIA_ROOT = tmp_path
    seller = make_seller()
    product = make_product(seller=seller, status=ProductStatus.DRAFT)
    answer = upload(authorized_client(seller), product, body)
    assert answer.status_code == expected, answer.content
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(stored) == (2 if expected == 201 else 0)
    for path in stored:
        assert_only_pixels(path.read_bytes())
