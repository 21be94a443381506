"""Attempts are limited per address and per account; the database counts them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.users.models import Attempts
from marketplace.users.tests.factories import PASSWORD, authorized_client, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {
        "signup": "2/m/ip",
        "login": "30/m/ip",
        "login_failed": "10/m/ip,3/300s/key",
        "confirm_email": "1/180s/key",
        "resend_verification": "10/m/ip",
        "reset_password": "20/m/ip,2/m/key",
        "reset_password_from_key": "2/m/ip",
        "change_password": "2/m/user",
    }


def post(path: str, body: dict[str, str], **headers: Any) -> Any:
    return APIClient().post(f"/api/v1/auth/{path}/", body, **headers)


def assert_limited(response: Any) -> None:
    assert response.status_code == 429
    assert response.json()["code"] == "too_many_attempts"
    assert int(response["Retry-After"]) > 0


def test_a_password_cannot_be_guessed_for_long_not_even_with_the_right_one_at_last() -> None:
    user = make_user()
    for _ in range(3):
        wrong = post("sign-in", {"email": user.email, "password": "a wrong one"})
        assert wrong.status_code == 401

    assert_limited(post("sign-in", {"email": user.email, "password": PASSWORD}))


def test_an_unknown_account_is_limited_like_a_known_one() -> None:
    for _ in range(3):
        post("sign-in", {"email": "nobody@example.com", "password": "a wrong one"})

    assert_limited(post("sign-in", {"email": "nobody@example.com", "password": "a wrong one"}))


def test_right_passwords_are_not_counted_as_guesses() -> None:
    user = make_user()

    for _ in range(6):
        response = post("sign-in", {"email": user.email, "password": PASSWORD})
        assert response.status_code == 200


def test_one_address_signs_up_so_many_people_and_no_more() -> None:
    for number in range(2):
        body = {"email": f"p{number}@example.com", "password": PASSWORD, "first_name": "P"}
        assert post("sign-up", body).status_code == 202

    assert_limited(post("sign-up", {"email": "p@example.com", "password": PASSWORD}))


def test_what_is_slow_enough_for_the_minute_is_counted_for_the_day(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"signup": "20/m/ip,2/d/ip"}
    for number in range(2):
        body = {"email": f"p{number}@example.com", "password": PASSWORD, "first_name": "P"}
        assert post("sign-up", body).status_code == 202
    Attempts.objects.update(tried_at=[clock.now() - timedelta(hours=20)] * 2)

    assert_limited(post("sign-up", {"email": "p@example.com", "password": PASSWORD}))


def test_a_forged_forwarding_header_does_not_get_round_the_limit() -> None:
    for number in range(2):
        body = {"email": f"p{number}@example.com", "password": PASSWORD, "first_name": "P"}
        post("sign-up", body, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")

    assert_limited(post("sign-up", {"email": "p@x.com"}, HTTP_X_FORWARDED_FOR="10.0.0.9"))


def test_letters_to_one_address_are_limited_in_silence(mailoutbox: list[EmailMessage]) -> None:
    user = make_user(is_email_verified=False)

    answers = [post("resend-verification", {"email": user.email}) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert len(mailoutbox) == 1


def test_reset_letters_keys_and_changes_are_limited() -> None:
    user = make_user()
    for _ in range(2):
        assert post("password/reset", {"email": user.email}).status_code == 202
        assert post("password/reset/confirm", {"key": "x", "password": "y"}).status_code == 422
    assert_limited(post("password/reset", {"email": user.email}))
    assert_limited(post("password/reset/confirm", {"key": "x", "password": "y"}))

    client = authorized_client(user)
    body = {"current_password": "wrong", "new_password": PASSWORD}
    for _ in range(2):
        assert client.post("/api/v1/auth/password/change/", body).status_code == 422
    assert_limited(client.post("/api/v1/auth/password/change/", body))
