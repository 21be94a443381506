"""Pictures, links, words and the version of a profile."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.events.testing import recorded
from marketplace.core.tests.uploads.drawing import picture
from marketplace.users import services
from marketplace.users.models import Avatar, UserProfile
from marketplace.users.repositories.avatars import LEFT_OVER_AFTER, forget_left_over
from marketplace.users.tests.factories import authorized_client, make_user

pytestmark = pytest.mark.django_db
PROFILE = "/api/v1/users/me/profile/"
AVATAR = "/api/v1/users/me/avatar/"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def send(client: APIClient, data: bytes) -> Any:
    return client.put(AVATAR, {"image": SimpleUploadedFile("me.jpg", data)}, format="multipart")


def test_a_picture_becomes_two_squares_that_anyone_can_see(media: Path) -> None:
    user = make_user()
    answer = send(authorized_client(user), picture("JPEG", (900, 600)))
    assert answer.status_code == 200, answer.content
    avatar = Avatar.objects.get(user=user, is_current=True)
    for size, side in (("large", 512), ("small", 96)):
        served = APIClient().get(avatar.url(size))
        assert (served.status_code, served["Content-Type"]) == (200, "image/webp")
        assert served["X-Content-Type-Options"] == "nosniff"
        with Image.open(BytesIO(served.getvalue())) as shown:
            assert shown.size == (side, side)
    card = APIClient().get(f"/api/v1/users/{user.pk}/").json()
    assert card["profile_picture_url"] == avatar.url("large")
    assert len(recorded("users.ProfileUpdated")) == 1


def test_the_files_of_an_earlier_picture_go_after_the_commit(
    media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client = authorized_client(make_user())
    with django_capture_on_commit_callbacks(execute=True):
        send(client, picture())
    first = set(files(media))
    with django_capture_on_commit_callbacks(execute=True):
        send(client, picture("PNG"))
    assert len(files(media)) == 2
    assert not first & set(files(media))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(AVATAR).status_code == 200
        assert client.delete(AVATAR).status_code == 200
    assert files(media) == []
    assert Avatar.objects.count() == 0
    assert client.get("/api/v1/users/me/").json()["profile_picture"] == ""


def test_a_refused_picture_changes_nothing(media: Path) -> None:
    user = make_user()
    answer = send(authorized_client(user), b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert (answer.status_code, answer.json()["code"]) == (400, "upload_refused")
    assert answer.json()["reason"] == "unknown_format"
    assert files(media) == []
    assert not Avatar.objects.exists()
    assert UserProfile.objects.get(user=user).version == 1


def test_what_a_crash_leaves_behind_is_cleaned_up(media: Path) -> None:
    user = make_user()
    services.set_avatar(user_id=user.pk, data=picture())
    left = Avatar.objects.create(user=user, created_at=clock.now() - 2 * LEFT_OVER_AFTER)
    default_storage.save(left.file_name("large"), BytesIO(b"half done"))
    fresh = Avatar.objects.create(user=user)

    assert forget_left_over() == 1
    assert forget_left_over() == 0
    assert set(Avatar.objects.filter(is_current=False)) == {fresh}
    assert len(files(media)) == 2


@pytest.mark.django_db(transaction=True)
def test_pictures_at_the_same_moment_leave_one_and_no_file_more(media: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    user = make_user()

    def show(colour: int) -> None:
        try:
            services.set_avatar(user_id=user.pk, data=picture("PNG", (40 + colour, 40)))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(show, range(2)))
    shown = Avatar.objects.get(is_current=True)
    assert {path.name for path in files(media)} == {
        Path(shown.file_name(size)).name for size in ("large", "small")
    }
    assert Avatar.objects.count() == 1
    user.refresh_from_db()
    assert user.profile_picture == shown.url("large")
    assert UserProfile.objects.get(user=user).version == 3


def test_a_stale_version_changes_nothing() -> None:
    client = authorized_client(make_user())
    first = client.get(PROFILE)
    assert (first["ETag"], first.json()["version"]) == ('"1"', 1)
    assert client.patch(PROFILE, {"bio": "One."}, HTTP_IF_MATCH='"1"')["ETag"] == '"2"'
    late = client.patch(PROFILE, {"bio": "Two."}, HTTP_IF_MATCH='"1"')
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert client.get(PROFILE).json()["bio"] == "One."
    assert client.patch(PROFILE, {"bio": "Two."}, HTTP_IF_MATCH="x").status_code == 400


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://www.Instagram.com/kisumu?igsh=1#x", "https://instagram.com/kisumu"),
        ("https://instagram.com", "https://instagram.com/"),
        ("https://instagram.com:443/kisumu", "https://instagram.com/kisumu"),
    ],
)
def test_links_are_written_in_one_way(given: str, kept: str) -> None:
    answer = authorized_client(make_user()).patch(PROFILE, {"social_links": {"instagram": given}})
    assert answer.json()["social_links"] == {"instagram": kept}


@pytest.mark.parametrize(
    "links",
    [
        {"instagram": "https://instagram.com.evil.example/x"},
        {"instagram": "https://evil.example/instagram.com"},
        {"instagram": "https://instagram.com@evil.example/"},
        {"instagram": "https://instagram.com:8443/x"},
        {"instagram": "https://evilinstagram.com/x"},
        {"instagram": "JAVASCRIPT:alert(1)//instagram.com"},
        {"instagram": "data:text/html,x"},
        {"myspace": "https://myspace.com/x"},
        {"website": "https://127.0.0.1/"},
        {"website": "https://[::1]/"},
        {"website": "https://localhost/"},
        {"website": "https://2130706433/"},
        {"website": "http://shop.example/"},
    ],
)
def test_a_link_leads_where_it_says(links: dict[str, str]) -> None:
    user = make_user()
    answer = authorized_client(user).patch(PROFILE, {"social_links": links})
    assert answer.status_code == 400
    assert UserProfile.objects.get(user=user).social_links == {}


@pytest.mark.parametrize(
    "text",
    [
        "\u202egnp.exe",
        "\u2066abc",
        "zero\u200bwidth",
        "bell\x07",
        "nul\x00",
        "\u3164",
        "\u200d\u200d",
        "Z" + "\u0335" * 9 + "algo",
    ],
)
def test_what_deceives_the_eye_is_refused(text: str) -> None:
    user = make_user()
    client = authorized_client(user)
    assert client.patch("/api/v1/users/me/", {"first_name": text}).status_code == 400
    assert client.patch(PROFILE, {"bio": text}).status_code == 400
    user.refresh_from_db()
    assert user.first_name == "Marigold"


def test_texts_are_kept_composed_and_measured_as_kept() -> None:
    client = authorized_client(make_user())
    body = client.patch("/api/v1/users/me/", {"first_name": "Zoe\u0308"}).json()
    assert body["first_name"] == "Zoë"
    decomposed = "e\u0301" * 100
    assert client.patch("/api/v1/users/me/", {"first_name": decomposed}).status_code == 200
    too_long = client.patch("/api/v1/users/me/", {"first_name": decomposed + "x"})
    assert too_long.status_code == 400
    assert client.patch(PROFILE, {"bio": "👩\u200d🎨 ن\u200cد"}).status_code == 200
