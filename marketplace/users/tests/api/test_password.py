from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.events.testing import recorded
from marketplace.users.models import SignInEnd, User
from marketplace.users.tests.factories import PASSWORD, authorized_client, make_user, sign_in
from marketplace.users.tests.letters import key_in

pytestmark = pytest.mark.django_db
NEW = "two herons on a pier"
LETTER_SENT = {"detail": "If the address can be used, a letter is on its way to it."}


def change(client: APIClient, current: str = PASSWORD, new: str = NEW) -> Any:
    body = {"current_password": current, "new_password": new}
    return client.post("/api/v1/auth/password/change/", body)


def ask(email: str) -> Any:
    return APIClient().post("/api/v1/auth/password/reset/", {"email": email})


def reset(key: str, password: str = NEW) -> Any:
    body = {"key": key, "password": password}
    return APIClient().post("/api/v1/auth/password/reset/confirm/", body)


def test_a_change_signs_out_every_other_device(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    here = authorized_client(user)
    there = authorized_client(user)

    response = change(here)

    assert response.status_code == 204
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert here.get("/api/v1/auth/me/").status_code == 200
    assert there.get("/api/v1/auth/me/").status_code == 401
    assert [letter.subject for letter in mailoutbox] == ["Your password was changed"]
    assert len(recorded("users.PasswordChanged")) == 1


@pytest.mark.parametrize(
    ("current", "new", "status", "code"),
    [
        ("a wrong present one", NEW, 422, "wrong_password"),
        (PASSWORD, "fourteen chars", 400, "password_refused"),
        (PASSWORD, "lantern marigold lantern", 400, "password_refused"),
        ("", NEW, 400, "invalid_input"),
    ],
)
def test_a_refused_change_changes_nothing(
    current: str, new: str, status: int, code: str, mailoutbox: list[EmailMessage]
) -> None:
    user = make_user(first_name="Marigold", last_name="Lantern")
    client, other = authorized_client(user), authorized_client(user)

    response = change(client, current, new)

    assert (response.status_code, response.json()["code"]) == (status, code)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert other.get("/api/v1/auth/me/").status_code == 200
    assert not mailoutbox
    assert not recorded("users.PasswordChanged")


def test_a_change_needs_a_sign_in() -> None:
    assert change(APIClient()).status_code == 401


def test_a_reset_answers_known_and_unknown_addresses_alike(
    mailoutbox: list[EmailMessage],
) -> None:
    user = make_user()

    known, unknown = ask(user.email), ask("nobody@example.com")

    assert known.status_code == unknown.status_code == 202
    assert known.json() == unknown.json() == LETTER_SENT
    assert [letter.subject for letter in mailoutbox] == [
        "Choose a new password",
        "No account with this address",
    ]


def test_a_reset_sets_the_password_and_signs_every_device_out(
    mailoutbox: list[EmailMessage],
) -> None:
    user = make_user(is_email_verified=False)
    client = authorized_client(user)
    ask(user.email.upper())

    response = reset(key_in(mailoutbox[0]))

    assert response.status_code == 204
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert client.get("/api/v1/auth/me/").status_code == 401
    assert user.sign_ins.get().end_reason == SignInEnd.PASSWORD_CHANGED
    # Who reads the letters owns the address.
    assert len(recorded("users.EmailVerified")) == 1
    signed_in = APIClient().post("/api/v1/auth/sign-in/", {"email": user.email, "password": NEW})
    assert signed_in.status_code == 200


def test_a_reset_key_works_once(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    ask(user.email)
    key = key_in(mailoutbox[0])
    reset(key)

    response = reset(key, "three gulls over a mast")

    assert response.status_code == 422
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_a_reset_key_dies_after_an_hour(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    ask(user.email)
    key = key_in(mailoutbox[0])

    with pytest.MonkeyPatch.context() as patch:
        # Django's token reads the wall clock, not ours.
        later = clock.now().replace(tzinfo=None) + timedelta(hours=1, seconds=5)
        patch.setattr(
            "django.contrib.auth.tokens.PasswordResetTokenGenerator._now", lambda _: later
        )
        assert reset(key).status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_refused_password_leaves_the_key_good(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    ask(user.email)
    key = key_in(mailoutbox[0])

    refused = reset(key, "short")

    assert refused.json()["code"] == "password_refused"
    assert refused.json()["errors"][0]["field"] == "password"
    assert reset(key).status_code == 204


@pytest.mark.parametrize("key", ["x", "-", "zz-zz-zz", "0" * 32 + "-aaaaaa-" + "b" * 32])
def test_a_made_up_key_resets_nothing(key: str) -> None:
    user = make_user()

    assert reset(key).json()["code"] == "key_refused"
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_a_key_of_one_user_is_no_key_of_another(mailoutbox: list[EmailMessage]) -> None:
    marigold, thistle = make_user(), make_user()
    ask(marigold.email)
    _, _, secret = key_in(mailoutbox[0]).partition("-")

    assert reset(f"{thistle.pk.hex}-{secret}").status_code == 422


def test_a_stolen_access_token_ends_with_the_password(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    thief = sign_in(user)
    ask(user.email)
    reset(key_in(mailoutbox[0]))

    response = APIClient().get(
        "/api/v1/auth/me/", HTTP_AUTHORIZATION=f"Bearer {thief.access_token}"
    )
    assert response.status_code == 401
