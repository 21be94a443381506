from typing import Any

import pytest
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.users import services
from marketplace.users.models import SignIn, User
from marketplace.users.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def sign_in(email: str, password: str = PASSWORD) -> Any:
    return APIClient().post("/api/v1/auth/sign-in/", {"email": email, "password": password})


def without_request_id(response: Any) -> dict[str, object]:
    return {name: value for name, value in response.json().items() if name != "request_id"}


def test_the_right_password_earns_a_pair_of_tokens() -> None:
    user = make_user(email="marigold@example.com")

    response = sign_in("Marigold@Example.com")

    assert response.status_code == 200
    body = response.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 900
    assert body["user"]["id"] == str(user.pk)
    assert response["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response
    me = APIClient().get("/api/v1/auth/me/", HTTP_AUTHORIZATION=f"Bearer {body['access_token']}")
    assert me.json()["email"] == "marigold@example.com"


def test_a_sign_in_is_remembered_with_its_device() -> None:
    user = make_user()

    APIClient().post(
        "/api/v1/auth/sign-in/",
        {"email": user.email, "password": PASSWORD},
        HTTP_USER_AGENT="a telephone" + "!" * 300,
    )

    row = SignIn.objects.get(user=user)
    assert row.ip_address == "127.0.0.1"
    assert row.user_agent.startswith("a telephone")
    assert len(row.user_agent) == 200
    assert (row.expires_at - row.created_at).days == 30


def test_an_unknown_address_and_a_wrong_password_are_refused_alike() -> None:
    user = make_user()

    wrong = sign_in(user.email, "another quiet harbour")
    unknown = sign_in("nobody@example.com", "another quiet harbour")

    assert wrong.status_code == unknown.status_code == 401
    assert without_request_id(wrong) == without_request_id(unknown)
    assert wrong.json()["code"] == "wrong_credentials"
    assert wrong["WWW-Authenticate"].startswith("Bearer")
    assert {k.lower() for k in wrong.headers} == {k.lower() for k in unknown.headers}
    assert not SignIn.objects.exists()


@pytest.mark.parametrize("state", ["unverified", "suspended", "deactivated"])
def test_a_wrong_password_says_nothing_about_the_account(state: str) -> None:
    user = in_state(state)

    response = sign_in(user.email, "another quiet harbour")

    assert response.status_code == 401
    assert response.json()["code"] == "wrong_credentials"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("unverified", "email_not_verified"),
        ("suspended", "account_suspended"),
        ("deactivated", "account_suspended"),
    ],
)
def test_the_right_password_says_why_there_is_no_entry(state: str, code: str) -> None:
    user = in_state(state)

    response = sign_in(user.email)

    assert response.status_code == 403
    assert response.json()["code"] == code
    assert not SignIn.objects.exists()


def test_an_unverified_sign_in_sends_the_letter_again(mailoutbox: list[object]) -> None:
    user = make_user(is_email_verified=False)

    sign_in(user.email)

    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "marigold@example.com"},
        {"email": "not an address", "password": PASSWORD},
        {"email": ["a@example.com"], "password": PASSWORD},
        {"email": "marigold@example.com", "password": "x" * 257},
        {"email": "marigold@example.com", "password": "nul\x00nul"},
        [],
        "text",
    ],
)
def test_malformed_input_is_a_400(body: object) -> None:
    make_user(email="marigold@example.com")

    response = APIClient().post("/api/v1/auth/sign-in/", body)

    assert response.status_code == 400
    assert response.json()["code"] in {"invalid_input", "parse_error"}
    assert not SignIn.objects.exists()


def in_state(state: str) -> User:
    user = make_user(is_email_verified=state != "unverified")
    if state == "suspended":
        services.suspend_user(user_id=user.pk, actor=Actor.system("test"), reason="fraud")
    if state == "deactivated":
        User.objects.filter(pk=user.pk).update(is_active=False, updated_at=clock.now())
    return user
