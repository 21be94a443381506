"""Signing in with a second factor, and with a passkey alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.users import passkeys
from marketplace.users.models import SignIn, User
from marketplace.users.tests.authenticator import Passkey, code_for, give_totp
from marketplace.users.tests.factories import PASSWORD, make_user

AUTH = "/api/v1/auth/"


def give_passkey(user: User, passkey: Passkey) -> None:
    options, challenge = passkeys.begin_registration(user)
    credential = passkey.create(options["publicKey"])
    passkeys.complete_registration(credential, challenge=challenge)
    data = {"name": "Blue key", "credential": passkeys.kept_part(credential)}
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def begin(user: User) -> Any:
    body = {"email": user.email, "password": PASSWORD}
    answer = APIClient().post(f"{AUTH}sign-in/", body)
    assert answer.status_code == 401, answer.content
    assert answer.json()["code"] == "second_factor_required"
    return answer.json()


def finish(flow: Any, **answer: Any) -> Any:
    body = {"flow_token": flow["flow_token"], **answer}
    return APIClient().post(f"{AUTH}sign-in/second-factor/", body)


def begin_passkey() -> Any:
    answer = APIClient().post(f"{AUTH}sign-in/passkey/options/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def finish_passkey(flow: Any, credential: Any) -> Any:
    body = {"flow_token": flow["flow_token"], "credential": credential}
    return APIClient().post(f"{AUTH}sign-in/passkey/", body)


@pytest.mark.django_db
def test_the_password_alone_opens_nothing_and_the_code_does() -> None:
    user = make_user()
    secret = give_totp(user)

    flow = begin(user)
    assert flow["factors"] == ["totp"]
    assert not SignIn.objects.exists()
    tokens = finish(flow, factor="totp", code=code_for(secret))

    assert tokens.status_code == 200, tokens.content
    assert tokens["Cache-Control"] == "no-store"
    bearer = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    assert APIClient().get(f"{AUTH}me/", headers=bearer).json()["id"] == str(user.pk)
    over = finish(flow, factor="totp", code=code_for(secret, steps=1))
    assert (over.status_code, over.json()["code"]) == (401, "flow_refused")


@pytest.mark.django_db
def test_a_code_that_was_used_opens_no_second_sign_in() -> None:
    user = make_user()
    code = code_for(give_totp(user))
    assert finish(begin(user), factor="totp", code=code).status_code == 200

    again = finish(begin(user), factor="totp", code=code)
    assert (again.status_code, again.json()["code"]) == (422, "second_factor_refused")
    assert SignIn.objects.count() == 1


@pytest.mark.django_db
def test_five_wrong_codes_end_the_sign_in() -> None:
    user = make_user()
    secret = give_totp(user)
    flow = begin(user)
    for _ in range(5):
        assert finish(flow, factor="totp", code="000000").status_code == 422
    assert finish(flow, factor="totp", code=code_for(secret)).json()["code"] == "flow_refused"
    # The next flow has five more, and then the person's own limit is reached.
    flow = begin(user)
    for _ in range(5):
        assert finish(flow, factor="totp", code="000000").status_code == 422
    limited = finish(begin(user), factor="totp", code=code_for(secret))
    assert (limited.status_code, limited.json()["code"]) == (429, "too_many_attempts")


@pytest.mark.django_db
def test_a_letter_is_no_second_factor() -> None:
    user = make_user()
    give_totp(user)
    answer = finish(begin(user), factor="email_code", code="12345678")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


@pytest.mark.django_db
def test_a_passkey_is_a_second_factor() -> None:
    user, passkey = make_user(), Passkey(checks_person=False)
    give_passkey(user, passkey)
    flow = begin(user)
    assert flow["factors"] == ["passkey"]

    token = {"flow_token": flow["flow_token"]}
    options = APIClient().post(f"{AUTH}sign-in/second-factor/options/", token)
    assert options.status_code == 200, options.content
    credential = passkey.get(options.json()["public_key"])
    assert finish(flow, factor="passkey", credential=credential).status_code == 200


@pytest.mark.django_db
def test_without_a_passkey_there_is_nothing_to_sign() -> None:
    user = make_user()
    give_totp(user)
    token = {"flow_token": begin(user)["flow_token"]}
    answer = APIClient().post(f"{AUTH}sign-in/second-factor/options/", token)
    assert (answer.status_code, answer.json()["code"]) == (422, "factor_not_offered")


@pytest.mark.django_db
def test_a_passkey_signs_in_alone() -> None:
    user, passkey = make_user(), Passkey()
    give_passkey(user, passkey)
    flow = begin_passkey()
    credential = passkey.get(flow["public_key"])

    tokens = finish_passkey(flow, credential)
    assert tokens.status_code == 200, tokens.content
    assert tokens.json()["user"]["id"] == str(user.pk)
    assert finish_passkey(flow, credential).json()["code"] == "flow_refused"
    elsewhere = finish_passkey(begin_passkey(), credential)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "second_factor_refused")
    assert SignIn.objects.count() == 1


@pytest.mark.django_db
def test_a_passkey_that_did_not_check_its_person_does_not_sign_in_alone() -> None:
    user, passkey = make_user(), Passkey(checks_person=False)
    give_passkey(user, passkey)
    flow = begin_passkey()
    answer = finish_passkey(flow, passkey.get(flow["public_key"]))
    assert answer.json()["code"] == "second_factor_refused"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"suspended_at": clock.now()}, 403, "account_suspended"),
        ({"is_active": False}, 403, "account_suspended"),
    ],
)
def test_a_closed_account_is_not_opened_by_a_passkey(
    fields: dict[str, Any], status: int, code: str
) -> None:
    user, passkey = make_user(), Passkey()
    give_passkey(user, passkey)
    User.objects.filter(pk=user.pk).update(**fields)
    flow = begin_passkey()
    answer = finish_passkey(flow, passkey.get(flow["public_key"]))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not SignIn.objects.exists()


@pytest.mark.django_db
def test_a_passkey_cannot_claim_to_be_another_persons() -> None:
    user, victim, passkey = make_user(), make_user(), Passkey()
    give_passkey(user, passkey)
    give_passkey(victim, Passkey())
    passkey.user_handle = victim.pk.hex.encode()
    flow = begin_passkey()
    answer = finish_passkey(flow, passkey.get(flow["public_key"]))
    assert answer.json()["code"] == "second_factor_refused"


@pytest.mark.django_db
def test_the_flow_of_a_password_is_not_finished_as_one_of_a_passkey() -> None:
    user, passkey = make_user(), Passkey()
    give_passkey(user, passkey)
    flow = begin(user)
    token = {"flow_token": flow["flow_token"]}
    options = APIClient().post(f"{AUTH}sign-in/second-factor/options/", token).json()
    answer = finish_passkey(flow, passkey.get(options["public_key"]))
    assert (answer.status_code, answer.json()["code"]) == (401, "flow_refused")


@pytest.mark.django_db(transaction=True)
def test_one_code_in_many_sign_ins_at_once_opens_one() -> None:
    user = make_user()
    secret = give_totp(user)
    flows = [begin(user) for _ in range(6)]
    code, start = code_for(secret), Barrier(6)

    def attempt(flow: Any) -> int:
        start.wait()
        try:
            return int(finish(flow, factor="totp", code=code).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(attempt, flows))

    assert statuses == [200, *[422] * 5]
    assert SignIn.objects.count() == 1
