"""Signing in by a provider, against a real OpenID Connect server."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.db import connection
from rest_framework.test import APIClient

from marketplace.core.actor import Actor
from marketplace.core.models import OutboxEvent
from marketplace.users import services
from marketplace.users.models import SignIn, SignInFlow, User
from marketplace.users.tests.authenticator import give_totp
from marketplace.users.tests.factories import make_user
from marketplace.users.tests.oidc import OidcServer
from marketplace.users.tests.visits import (
    SOCIAL,
    bring_token,
    come_back,
    connect,
    nonce,
    set_out,
    sign_in_by,
    visit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(oidc: OidcServer) -> OidcServer:
    oidc.add_person(
        "ada",
        email="ada@example.com",
        email_verified=True,
        given_name="Ada",
        family_name="Heron",
        picture="https://pictures.example/ada.jpg",
    )
    return oidc


def facts() -> list[str]:
    return list(OutboxEvent.objects.order_by("id").values_list("type", flat=True))


def nothing_happened() -> bool:
    rows = (User, SocialAccount, SignIn, OutboxEvent)
    return not any(model.objects.exists() for model in rows)


def test_the_providers_are_listed_for_everyone(ada: OidcServer) -> None:
    answer = APIClient().get(f"{SOCIAL}providers/")

    assert answer.json() == {"providers": [{"id": "acme", "name": "Acme", "token": "id_token"}]}


def test_a_newcomer_whose_address_is_proved_gets_an_account(ada: OidcServer) -> None:
    answer = sign_in_by(ada, "ada")

    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["user"]["email"] == "ada@example.com"
    assert (body["user"]["first_name"], body["user"]["last_name"]) == ("Ada", "Heron")
    assert body["user"]["roles"] == ["BUYER"]
    user = User.objects.get()
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    assert user.profile.bio == ""
    assert facts() == ["users.UserRegistered", "users.EmailVerified", "users.ProviderConnected"]
    me = APIClient().get("/api/v1/auth/me/", HTTP_AUTHORIZATION=f"Bearer {body['access_token']}")
    assert me.json()["id"] == str(user.pk)


def test_only_what_is_needed_of_the_person_is_kept(ada: OidcServer) -> None:
    sign_in_by(ada, "ada")

    account = SocialAccount.objects.get()
    assert (account.provider, account.uid) == ("acme", "ada")
    assert account.extra_data == {"identity": "a…@example.com"}
    assert not SocialToken.objects.exists()


def test_the_same_person_comes_back_to_the_same_account(ada: OidcServer) -> None:
    first, second = sign_in_by(ada, "ada").json(), sign_in_by(ada, "ada").json()

    assert first["user"]["id"] == second["user"]["id"]
    assert User.objects.count() == 1
    assert SignIn.objects.count() == 2


def test_the_person_is_known_by_the_subject_and_not_by_the_address(ada: OidcServer) -> None:
    first = sign_in_by(ada, "ada").json()
    ada.add_person("ada", email="heron@example.com", email_verified=True)

    second = sign_in_by(ada, "ada").json()

    assert second["user"]["id"] == first["user"]["id"]
    assert second["user"]["email"] == "ada@example.com"


def test_an_app_brings_a_token_that_bears_our_nonce(ada: OidcServer) -> None:
    begun = nonce()
    claims = {"email": "ada@example.com", "email_verified": True}
    token = ada.token_for("ada", begun["nonce"], **claims)

    answer = bring_token(begun, id_token=token)

    assert answer.status_code == 200, answer.content
    assert SocialAccount.objects.get().uid == "ada"


def test_a_sign_in_notes_its_device(ada: OidcServer) -> None:
    answer = visit(ada, "ada")

    APIClient().post(f"{SOCIAL}acme/callback/", answer, HTTP_USER_AGENT="a telephone")

    assert SignIn.objects.get().user_agent == "a telephone"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "ada@example.com"},
        {"email": "ada@example.com", "email_verified": False},
        {"email": "ada@elsewhere.example", "email_verified": True},
    ],
)
def test_a_newcomer_without_a_proved_address_signs_up_first(
    oidc: OidcServer, claims: dict[str, Any]
) -> None:
    oidc.add_person("bob", **claims)

    answer = sign_in_by(oidc, "bob")

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_up_needed")
    assert nothing_happened()


@pytest.mark.parametrize("is_verified", [True, False])
def test_an_account_with_the_same_address_is_not_opened(ada: OidcServer, is_verified: bool) -> None:
    make_user(email="ada@example.com", is_email_verified=is_verified)

    answer = sign_in_by(ada, "ada")

    assert (answer.status_code, answer.json()["code"]) == (409, "account_not_connected")
    assert not SocialAccount.objects.exists()
    assert not SignIn.objects.exists()
    assert User.objects.count() == 1


def test_an_account_whose_second_address_it_is_is_not_opened(ada: OidcServer) -> None:
    user = make_user(email="other@example.com")
    EmailAddress.objects.create(user=user, email="ada@example.com", verified=True)

    answer = sign_in_by(ada, "ada")

    assert answer.json()["code"] == "account_not_connected"
    assert User.objects.count() == 1


def test_a_connected_identity_opens_the_account_whatever_its_address(ada: OidcServer) -> None:
    user = make_user(email="somebody@elsewhere.example")
    assert connect(ada, user, "ada").status_code == 204

    assert sign_in_by(ada, "ada").json()["user"]["id"] == str(user.pk)


def test_a_second_factor_is_asked_for_like_after_a_password(ada: OidcServer) -> None:
    sign_in_by(ada, "ada")
    give_totp(User.objects.get())
    before = SignIn.objects.count()

    answer = sign_in_by(ada, "ada")

    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
    assert "totp" in answer.json()["factors"]
    assert answer.json()["flow_token"]
    assert SignIn.objects.count() == before


@pytest.mark.parametrize("state", ["suspended", "deactivated"])
def test_a_suspended_person_is_refused(ada: OidcServer, state: str) -> None:
    sign_in_by(ada, "ada")
    user = User.objects.get()
    if state == "suspended":
        services.suspend_user(user_id=user.pk, actor=Actor.system("test"), reason="fraud")
    else:
        User.objects.update(is_active=False)
    before = SignIn.objects.count()

    answer = sign_in_by(ada, "ada")

    assert (answer.status_code, answer.json()["code"]) == (403, "account_suspended")
    assert SignIn.objects.count() == before


def test_a_person_who_is_suspended_on_the_way_is_refused(ada: OidcServer) -> None:
    sign_in_by(ada, "ada")
    answer = visit(ada, "ada")
    services.suspend_user(user_id=User.objects.get().pk, actor=Actor.system("test"), reason="fraud")

    assert come_back(answer).status_code == 403


@pytest.mark.parametrize("part", ["/token", "/jwks", "/userinfo"])
@pytest.mark.parametrize("failure", ["error", "garbage"])
def test_a_provider_that_fails_changes_nothing_and_may_be_asked_again(
    ada: OidcServer, part: str, failure: str
) -> None:
    answer = visit(ada, "ada")
    ada.behave(failing={part: failure})

    failed = come_back(answer)

    assert (failed.status_code, failed.json()["code"]) == (503, "social_provider_unavailable")
    assert failed["Retry-After"]
    assert nothing_happened()
    if part == "/token":
        # The code was not spent: the same answer is still good.
        ada.behave()
        assert come_back(answer).status_code == 200


def test_a_provider_that_is_down_is_a_503_at_the_start(ada: OidcServer) -> None:
    ada.behave(failing={"/.well-known/openid-configuration": "error"})

    answer = set_out()

    assert (answer.status_code, answer.json()["code"]) == (503, "social_provider_unavailable")
    assert not SignInFlow.objects.exists()


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("authorize/", {}),
        ("authorize/", {"redirect_uri": 7, "next": "x"}),
        ("nonce/", {"nonce": "mine"}),
        ("callback/", {}),
        ("callback/", {"flow_token": "x", "state": "y"}),
        ("callback/", {"flow_token": ["x"], "state": "y", "code": "z"}),
        ("callback/", {"flow_token": "x" * 300, "state": "y", "code": "z"}),
        ("token/", {"flow_token": "x"}),
        ("token/", {"flow_token": "x", "id_token": "y", "access_token": "z"}),
        ("token/", {"flow_token": "x", "id_token": "y" * 9000}),
        ("token/", []),
    ],
)
def test_malformed_input_is_a_400(ada: OidcServer, step: str, body: Any) -> None:
    answer = APIClient().post(f"{SOCIAL}acme/{step}", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert nothing_happened()


def test_an_address_that_is_not_allowed_is_a_400(ada: OidcServer) -> None:
    answer = APIClient().post(f"{SOCIAL}acme/authorize/", {"redirect_uri": "https://evil.example/"})

    assert (answer.status_code, answer.json()["code"]) == (400, "redirect_uri_refused")


@pytest.mark.parametrize("step", ["authorize/", "nonce/", "callback/", "token/"])
def test_an_unknown_provider_is_a_404(ada: OidcServer, step: str) -> None:
    bodies = {
        "authorize/": {"redirect_uri": "https://shop.example/sign-in/callback"},
        "callback/": {**visit(ada, "ada")},
        "token/": {"flow_token": nonce()["flow_token"], "id_token": "x"},
    }

    answer = APIClient().post(f"{SOCIAL}nobody/{step}", bodies.get(step))

    assert answer.status_code in {404, 401}
    assert answer.json()["code"] in {"not_found", "flow_refused"}


def test_an_unknown_flow_is_refused(ada: OidcServer) -> None:
    answer = come_back({**visit(ada, "ada"), "flow_token": "x" * 43})

    assert (answer.status_code, answer.json()["code"]) == (401, "flow_refused")


@pytest.mark.django_db(transaction=True)
def test_parallel_callbacks_of_a_newcomer_make_one_account(ada: OidcServer) -> None:
    """Eight windows, each with a flow of its own, all of one person whom nobody knows yet."""
    answers = [visit(ada, "ada") for _ in range(8)]

    def finish(answer: dict[str, str]) -> Any:
        try:
            return come_back(answer)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(finish, answers))

    assert [answer.status_code for answer in done] == [200] * 8, [a.content for a in done]
    assert len({answer.json()["user"]["id"] for answer in done}) == 1
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 1)
    assert facts().count("users.UserRegistered") == 1


@pytest.mark.django_db(transaction=True)
def test_one_answer_brought_many_times_at_once_signs_in_once(ada: OidcServer) -> None:
    sign_in_by(ada, "ada")
    begun = nonce()
    token = ada.token_for("ada", begun["nonce"])

    def finish(_: int) -> Any:
        try:
            return bring_token(begun, id_token=token)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        done = [answer.status_code for answer in pool.map(finish, range(5))]

    assert sorted(done) == [200, 401, 401, 401, 401]
    assert SignIn.objects.count() == 2


def test_setting_out_and_coming_back_are_limited(ada: OidcServer, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"social": "2/m/ip"}
    brought = visit(ada, "ada")
    assert come_back(brought).status_code == 200

    answer = set_out()

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert answer["Retry-After"]
