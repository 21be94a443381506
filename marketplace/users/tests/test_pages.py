import pytest
from django.core.mail import EmailMessage
from django.test import Client
from rest_framework.test import APIClient

from marketplace.core.events.testing import recorded
from marketplace.users.models import User
from marketplace.users.tests.factories import PASSWORD, make_user
from marketplace.users.tests.letters import key_in, link_in

pytestmark = pytest.mark.django_db


def test_opening_the_letters_link_confirms_nothing_and_the_button_does(
    mailoutbox: list[EmailMessage],
) -> None:
    body = {"email": "a@example.com", "password": PASSWORD, "first_name": "A"}
    APIClient().post("/api/v1/auth/sign-up/", body)
    link = link_in(mailoutbox[0])

    page = Client().get(link)
    assert page.status_code == 200
    assert not recorded("users.EmailVerified")

    done = Client().post(link, {"key": key_in(mailoutbox[0])})
    assert "confirmed" in done.content.decode()
    assert len(recorded("users.EmailVerified")) == 1
    assert Client().post(link, {"key": key_in(mailoutbox[0])}).status_code == 422


def test_a_new_password_is_chosen_on_the_page(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    APIClient().post("/api/v1/auth/password/reset/", {"email": user.email})
    link, key = link_in(mailoutbox[0]), key_in(mailoutbox[0])

    assert Client().get(link).status_code == 200
    refused = Client().post(link, {"key": key, "password": "short"})
    assert "too short" in refused.content.decode()
    Client().post(link, {"key": key, "password": "two herons on a pier"})

    assert User.objects.get(pk=user.pk).check_password("two herons on a pier")


def test_the_pages_want_their_own_forms() -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post("/verify-email", {"key": "x"}).status_code == 403
    assert client.post("/reset-password", {"key": "x", "password": "y"}).status_code == 403


def test_a_browser_says_where_its_form_comes_from_and_tells_no_other_host() -> None:
    page = Client().get("/reset-password?key=x")

    # "no-referrer" would make it post with "Origin: null", which the CSRF check refuses.
    assert page["Referrer-Policy"] == "same-origin"
    assert 'name="referrer"' not in page.content.decode()


def test_a_key_in_an_address_is_not_written_as_markup() -> None:
    page = Client().get("/verify-email", {"key": '"><script>alert(1)</script>'})

    assert "<script>" not in page.content.decode()


@pytest.mark.parametrize("path", ["/forgotten-password", "/sign-up"])
def test_every_link_of_a_letter_leads_somewhere(path: str) -> None:
    assert Client().get(path, follow=True).status_code == 200
