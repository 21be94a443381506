import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from marketplace.core.ids import new_id
from marketplace.products.models import Product, ProductStatus
from marketplace.products.pictures import MAX_BYTES, render_picture
from marketplace.products.services.add_image import MAX_IMAGES
from marketplace.products.tests.factories import make_product
from marketplace.products.tests.images import animated, noise, picture, png_claiming, with_gps
from marketplace.users.models import User
from marketplace.users.tests.factories import authorized_client, make_seller

pytestmark = pytest.mark.django_db


def zipped() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    return buffer.getvalue()


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "text": (b"hello", "unknown_format"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "unknown_format"),
    "html": (b"<!doctype html><script>alert(1)</script>", "unknown_format"),
    "pdf": (b"%PDF-1.7\n", "unknown_format"),
    "gif": (picture("GIF"), "unknown_format"),
    "bmp": (picture("BMP"), "unknown_format"),
    "tiff": (picture("TIFF"), "unknown_format"),
    "ico": (picture("ICO", (64, 64)), "unknown_format"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "unknown_format"),
    "zip": (zipped(), "unknown_format"),
    "gif that says png": (b"\x89PNG\r\n\x1a\n" + picture("GIF"), "damaged"),
    "only a jpeg's first bytes": (b"\xff\xd8\xff", "damaged"),
    "only a png's first bytes": (b"\x89PNG\r\n\x1a\n", "damaged"),
    "only a webp's first bytes": (b"RIFF\x04\x00\x00\x00WEBP", "damaged"),
    "half a jpeg": (noise("JPEG")[:9000], "damaged"),
    "half a png": (noise("PNG")[:9000], "damaged"),
    "half a webp": (noise("WEBP")[:5000], "damaged"),
    "png with a zip behind": (picture("PNG") + zipped(), "trailing_data"),
    "webp with a zip behind": (picture("WEBP") + zipped(), "trailing_data"),
    "jpeg with a zip behind": (picture("JPEG") + zipped(), "trailing_data"),
    "jpeg with a page behind": (picture("JPEG") + b"<script>alert(1)</script>", "trailing_data"),
    "jpeg with php behind": (picture("JPEG") + b"<?php system($_GET[0]);", "trailing_data"),
    "bomb of zeros": (png_claiming(30_000, 30_000, rows=500), "too_many_pixels"),
    "just over the bound": (png_claiming(8_000, 5_001), "too_many_pixels"),
    "endless width": (png_claiming(2**31 - 1, 1), "too_many_pixels"),
    "a very long line": (png_claiming(20_001, 20), "too_many_pixels"),
    "no width": (png_claiming(0, 100), "damaged"),
    "a tracking pixel": (picture("PNG", (1, 1)), "too_small"),
    "moving png": (animated("PNG"), "animated"),
    "moving webp": (animated("WEBP"), "animated"),
    "too many bytes": (picture("JPEG") + b"\0" * MAX_BYTES, "too_large"),
}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def seller() -> User:
    return make_seller()


@pytest.fixture
def product(seller: User) -> Product:
    return make_product(seller=seller, status=ProductStatus.DRAFT)


@pytest.fixture
def client(seller: User) -> APIClient:
    return authorized_client(seller)


def upload(client: APIClient, product_id: Any, data: bytes, name: str = "photo.jpg") -> Any:
    file = SimpleUploadedFile(name, data, content_type="image/jpeg")
    return client.post(
        f"/api/v1/products/{product_id}/images/", {"image": file}, format="multipart"
    )


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_and_leave_nothing(
    client: APIClient, product: Product, media: Path, name: str
) -> None:
    data, reason = HOSTILE[name]
    answer = upload(client, product.id, data)
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] == "image_refused"
    assert answer.json()["reason"] == reason
    assert answer.json()["errors"][0]["field"] == "image"
    product.refresh_from_db()
    assert (product.images, product.version) == ([], 1)
    assert files(media) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_two_files_of_our_own(
    client: APIClient, product: Product, media: Path, kind: str
) -> None:
    answer = upload(client, product.id, picture(kind, (2000, 1000)), "anything.exe")
    assert answer.status_code == 201, answer.content
    (image,) = answer.json()["images"]
    assert (image["full"]["width"], image["full"]["height"]) == (1600, 800)
    assert (image["thumbnail"]["width"], image["thumbnail"]["height"]) == (400, 200)
    assert len(files(media)) == 2
    for size in ("full", "thumbnail"):
        served = APIClient().get(image[size]["url"])
        body = served.getvalue()
        assert served["Content-Type"] == "image/webp"
        assert served["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in served["Content-Security-Policy"]
        with Image.open(BytesIO(body)) as stored:
            assert (stored.format, stored.width) == ("WEBP", image[size]["width"])


def test_small_pictures_are_not_enlarged() -> None:
    renditions = render_picture(picture("PNG", (120, 90)))
    assert (renditions.full.width, renditions.thumbnail.width) == (120, 120)


@pytest.mark.parametrize(
    ("mode", "color"),
    [
        ("RGBA", (10, 20, 30, 0)),
        ("LA", (10, 0)),
        ("P", 3),
        ("L", 9),
        ("1", 1),
        ("I;16", 40_000),
    ],
)
def test_every_kind_of_pixel_is_read(mode: str, color: Any) -> None:
    rendition = render_picture(picture("PNG", (64, 64), mode=mode, color=color)).full
    with Image.open(BytesIO(rendition.content)) as stored:
        assert ("A" in stored.getbands()) == mode.endswith("A")
        if mode == "I;16":
            assert abs(stored.getpixel((9, 9))[0] - 40_000 // 256) < 4  # type: ignore[index]


def test_cmyk_photos_are_read() -> None:
    rendition = render_picture(picture("JPEG", mode="CMYK", color=(0, 255, 255, 0))).full
    with Image.open(BytesIO(rendition.content)) as stored:
        assert stored.getpixel((9, 9))[0] > 200  # type: ignore[index]


def test_photos_stand_upright_and_tell_nothing() -> None:
    original = with_gps()
    assert b"Canary Phone" in original
    renditions = render_picture(original)
    assert (renditions.full.width, renditions.full.height) == (600, 800)
    for rendition in (renditions.full, renditions.thumbnail):
        assert b"canary" not in rendition.content.lower()
        with Image.open(BytesIO(rendition.content)) as stored:
            assert not stored.getexif()
            assert "exif" not in stored.info
            assert "xmp" not in stored.info
            assert "icc_profile" not in stored.info


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_applied(orientation: int) -> None:
    image = Image.new("RGB", (80, 40))
    image.paste((255, 255, 255), (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = BytesIO()
    image.save(buffer, "PNG", exif=exif)
    # The white corner of the stored pixels, as the tag says it is to be seen.
    corner = {1: (5, 5), 2: (75, 5), 3: (75, 35), 4: (5, 35)} | {
        5: (5, 5), 6: (35, 5), 7: (35, 75), 8: (5, 75)
    }  # fmt: skip
    with Image.open(BytesIO(render_picture(buffer.getvalue()).full.content)) as stored:
        assert stored.getpixel(corner[orientation])[0] > 200  # type: ignore[index]


def test_what_phones_append_is_dropped() -> None:
    small, film = picture(size=(160, 120)), b"\0\0\0\x18ftypmp42" + b"canary" * 9
    for tail in (small, film, b"\0" * 50):
        assert b"canary" not in render_picture(picture() + tail).full.content


def test_there_is_a_limit_per_product(client: APIClient, product: Product, media: Path) -> None:
    for _ in range(MAX_IMAGES):
        assert upload(client, product.id, picture(size=(32, 32))).status_code == 201
    answer = upload(client, product.id, picture())
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_images")
    assert len(files(media)) == 2 * MAX_IMAGES


def test_strangers_add_and_remove_nothing(client: APIClient, product: Product) -> None:
    image = upload(client, product.id, picture()).json()["images"][0]
    stranger = authorized_client(make_seller())
    assert upload(stranger, product.id, picture()).status_code == 404
    url = f"/api/v1/products/{product.id}/images/{image['id']}/"
    assert stranger.delete(url).status_code == 404
    assert upload(APIClient(), product.id, picture()).status_code == 401
    product.refresh_from_db()
    assert len(product.images) == 1


def test_a_stale_version_keeps_no_files(client: APIClient, product: Product, media: Path) -> None:
    file = SimpleUploadedFile("a.jpg", picture())
    url = f"/api/v1/products/{product.id}/images/"
    assert (
        client.post(url, {"image": file}, format="multipart", HTTP_IF_MATCH='"7"').status_code
        == 412
    )
    assert files(media) == []


def test_pictures_are_ordered_and_removed(
    client: APIClient, product: Product, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    for _ in range(3):
        upload(client, product.id, picture())
    product.refresh_from_db()
    one, two, three = (image["id"] for image in product.images)
    url = f"/api/v1/products/{product.id}/images/"
    for wrong in ([one], [one, two, two], [one, two, str(new_id())]):
        answer = client.put(f"{url}order/", {"image_ids": wrong}, format="json")
        assert answer.status_code == 400
    wanted = [three, one, two]
    ordered = client.put(f"{url}order/", {"image_ids": wanted}, format="json").json()
    assert [image["id"] for image in ordered["images"]] == wanted
    with django_capture_on_commit_callbacks(execute=True):
        left = client.delete(f"{url}{three}/").json()
    assert [image["id"] for image in left["images"]] == [one, two]
    assert len(files(media)) == 4
    assert client.delete(f"{url}{three}/").status_code == 404


def test_a_request_without_a_file_says_so(client: APIClient, product: Product) -> None:
    url = f"/api/v1/products/{product.id}/images/"
    assert client.post(url, {}, format="multipart").json()["errors"][0]["field"] == "image"
    assert client.post(url, {"image": "x"}, format="multipart").status_code == 400
    assert client.post(url, {"image": "x"}, format="json").status_code == 415


@pytest.mark.parametrize(
    "name",
    [
        "products/../secret",
        "../../etc/passwd",
        "products/%2e%2e/x.webp",
        "users/0/document.webp",
        "products/0199a000-0000-7000-8000-000000000001/x.svg",
        "products/0199a000-0000-7000-8000-000000000001/x.webp",
        "",
    ],
)
def test_nothing_but_our_own_pictures_is_served(media: Path, name: str) -> None:
    (media / "secret").write_text("canary")
    assert APIClient().get(f"/media/{name}").status_code == 404
