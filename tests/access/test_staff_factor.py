"""Staff act through the API as at the desk: with a second factor, however they signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from marketplace.users.models import SignIn, User
from marketplace.users.tests.api.test_factor_sign_in import (
    begin,
    begin_passkey,
    finish,
    finish_passkey,
    give_passkey,
)
from marketplace.users.tests.authenticator import Passkey, code_for, give_totp
from marketplace.users.tests.factories import PASSWORD, make_admin, make_staff

pytestmark = pytest.mark.django_db
AUTH, LOG = "/api/v1/auth/", "/api/v1/audit-log/"


@pytest.fixture(autouse=True)
def required(settings: Settings) -> None:
    settings.ADMIN_SECOND_FACTOR = "required"


def by_password(user: User) -> Any:
    return APIClient().post(f"{AUTH}sign-in/", {"email": user.email, "password": PASSWORD})


def by_app(user: User) -> Any:
    code = code_for(give_totp(user))
    return finish(begin(user), factor="totp", code=code)


def by_passkey(user: User) -> Any:
    passkey = Passkey()
    give_passkey(user, passkey)
    flow = begin_passkey()
    return finish_passkey(flow, passkey.get(flow["public_key"]))


def status_of(tokens: Any, path: str = LOG) -> int:
    bearer = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    return int(APIClient().get(path, headers=bearer).status_code)


@pytest.mark.parametrize("make", [lambda: make_staff("AUDITOR"), make_admin])
def test_a_password_alone_makes_nobody_staff(make: Callable[[], User]) -> None:
    tokens = by_password(make())

    assert tokens.status_code == 200, tokens.content
    assert status_of(tokens) == 403
    # Whatever anybody may do, they may.
    assert status_of(tokens, f"{AUTH}me/") == 200


@pytest.mark.parametrize("way", [by_app, by_passkey])
@pytest.mark.parametrize("make", [lambda: make_staff("AUDITOR"), make_admin])
def test_a_second_factor_does_and_a_refresh_keeps_it(
    make: Callable[[], User], way: Callable[[User], Any]
) -> None:
    tokens = way(make())
    assert tokens.status_code == 200, tokens.content
    assert status_of(tokens) == 200

    again = {"refresh_token": tokens.json()["refresh_token"]}
    assert status_of(APIClient().post(f"{AUTH}refresh/", again)) == 200


def test_a_factor_that_is_added_later_lifts_no_sign_in_that_is_there() -> None:
    """Whoever is signed in with a stolen password does not wait for its owner to add one."""
    auditor = make_staff("AUDITOR")
    tokens = by_password(auditor)
    give_totp(auditor)

    assert status_of(tokens) == 403
    assert not SignIn.objects.get().with_factor


def test_where_it_is_only_offered_a_password_does(settings: Settings) -> None:
    settings.ADMIN_SECOND_FACTOR = "offered"
    assert status_of(by_password(make_staff("AUDITOR"))) == 200
