import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from marketplace.notifications.models import OutboundEmail

pytestmark = pytest.mark.django_db
PATHS = ["/dev/outbox/", "/dev/outbox/messages.json"]


@pytest.fixture
def local(settings: Settings) -> None:
    settings.DEV_OUTBOX = True
    settings.EMAIL_BACKEND = "marketplace.notifications.email.QueueBackend"


@pytest.mark.parametrize("path", PATHS)
def test_does_not_exist_outside_a_developers_machine(path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.usefixtures("local")
def test_a_script_signs_somebody_up_by_reading_the_key() -> None:
    body = {"email": "a@example.com", "password": "a quiet harbour at dawn", "first_name": "A"}
    APIClient().post("/api/v1/auth/sign-up/", body)

    (letter,) = Client().get(PATHS[1], {"to": "A@example.com"}).json()["messages"]

    assert letter["subject"] == "Confirm your email address"
    assert letter["state"] == "QUEUED"
    assert letter["links"][0].endswith(f"/verify-email?key={letter['key']}")
    verified = APIClient().post("/api/v1/auth/verify-email/", {"key": letter["key"]})
    assert verified.status_code == 200


@pytest.mark.usefixtures("local")
def test_shows_letters_newest_first_with_working_links_and_harmless_words() -> None:
    for number in range(2):
        OutboundEmail.objects.create(
            to=f"p{number}@example.com",
            from_email="us@example.com",
            subject=f"<b>Letter {number}</b>",
            text="Go: http://127.0.0.1:8000/verify-email?key=abc",
        )

    page = Client().get(PATHS[0]).content.decode()

    assert page.index("Letter 1") < page.index("Letter 0")
    assert "<b>Letter" not in page
    assert 'href="http://127.0.0.1:8000/verify-email?key=abc"' in page
    assert "p0@" not in Client().get(PATHS[0], {"to": "p1@example.com"}).content.decode()


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("path", PATHS)
def test_only_looks(path: str) -> None:
    assert Client().post(path).status_code == 405


def test_operators_see_that_a_letter_left_and_not_what_it_said() -> None:
    operator = get_user_model().objects.create_superuser("op@example.com", "a quiet harbour")
    client = Client()
    client.force_login(operator)
    email = OutboundEmail.objects.create(
        to="a@example.com", from_email="us@example.com", subject="S", text="the-one-time-key"
    )

    assert client.get("/admin/notifications/outboundemail/").status_code == 200
    found = client.get("/admin/notifications/outboundemail/", {"q": "A@example.com"})
    assert "a@example.com" in found.content.decode()
    detail = client.get(f"/admin/notifications/outboundemail/{email.pk}/change/")
    assert detail.status_code == 200
    assert "the-one-time-key" not in detail.content.decode()
