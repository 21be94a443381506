"""Signing in by Facebook, which is no OpenID Connect: against a stateful stand-in over a socket."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.facebook import flows, views
from django.core.cache import cache

from marketplace.users.models import SignIn, User
from marketplace.users.tests.conftest import SetProviders
from marketplace.users.tests.factories import authorized_client, make_user
from marketplace.users.tests.oidc import running
from marketplace.users.tests.visits import (
    SOCIAL,
    approved,
    bring_token,
    come_back,
    nonce,
    set_out,
)

pytestmark = pytest.mark.django_db
ENTRY = {"id": "facebook", "client_id": "shop", "secret": "facebook-test-secret"}


class Facebook:
    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def add_person(self, sub: str, **fields: Any) -> None:
        self._http.put(f"/control/people/{sub}", json=fields).raise_for_status()

    def fail(self, **failing: str) -> None:
        paths = {f"/{path.replace('__', '/')}": how for path, how in failing.items()}
        self._http.put("/control/failing", json=paths).raise_for_status()

    def token(self, user_id: str, app_id: str = "shop") -> str:
        given = {"app_id": app_id, "user_id": user_id}
        token: str = self._http.post("/control/tokens", json=given).json()["access_token"]
        return token

    def visit(self, sub: str, *, client: Any = None) -> dict[str, str]:
        begun = set_out("facebook", client=client).json()
        answer = self._http.post(begun["authorization_url"], data={"sub": sub})
        brought = httpx.URL(answer.headers["Location"]).params
        return {"flow_token": begun["flow_token"], **dict(brought)}


@pytest.fixture(scope="module")
def _facebook() -> Iterator[tuple[str, Facebook]]:
    with running("marketplace.users.tests.facebook_server", "ready") as url:
        yield url, Facebook(url)


@pytest.fixture
def facebook(
    _facebook: tuple[str, Facebook], set_providers: SetProviders, monkeypatch: pytest.MonkeyPatch
) -> Facebook:
    url, server = _facebook
    set_providers(ENTRY)
    # The library reads Facebook's addresses when it is imported; only they are another's here.
    monkeypatch.setattr(flows, "GRAPH_API_URL", f"{url}/v19.0")
    adapter = views.FacebookOAuth2Adapter
    monkeypatch.setattr(adapter, "access_token_url", f"{url}/v19.0/oauth/access_token")
    monkeypatch.setattr(adapter, "authorize_url", f"{url}/dialog/oauth")
    cache.clear()
    server.fail()
    server.add_person("700", email="ada@example.com", first_name="Ada", last_name="Heron")
    return server


def connected(facebook: Facebook) -> User:
    owner = make_user()
    client = authorized_client(owner)
    answer = facebook.visit("700", client=client)
    done = client.post(
        f"{SOCIAL}facebook/connect/callback/", answer, **approved(owner, "connect", "facebook")
    )
    assert done.status_code == 204, done.content
    return owner


def test_a_connected_person_signs_in_by_the_page(facebook: Facebook) -> None:
    owner = connected(facebook)

    answer = come_back(facebook.visit("700"), "facebook")

    assert answer.status_code == 200, answer.content
    assert answer.json()["user"]["id"] == str(owner.pk)
    account = SocialAccount.objects.get()
    assert (account.uid, account.extra_data) == ("700", {"identity": "a…@example.com"})


def test_a_connected_person_signs_in_by_an_apps_token(facebook: Facebook) -> None:
    owner = connected(facebook)

    answer = bring_token(nonce("facebook"), "facebook", access_token=facebook.token("700"))

    assert answer.json()["user"]["id"] == str(owner.pk)


def test_a_newcomer_signs_up_first_because_facebook_proves_no_address(facebook: Facebook) -> None:
    for answer in (
        come_back(facebook.visit("700"), "facebook"),
        bring_token(nonce("facebook"), "facebook", access_token=facebook.token("700")),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "sign_up_needed")
    assert not User.objects.exists()


def test_a_token_that_another_companys_app_was_given_opens_nothing(facebook: Facebook) -> None:
    owner = connected(facebook)
    stolen = facebook.token("700", "another-shop")

    answer = bring_token(nonce("facebook"), "facebook", access_token=stolen)

    assert (answer.status_code, answer.json()["code"]) == (422, "social_proof_refused")
    assert SignIn.objects.filter(user=owner).count() == 1


@pytest.mark.parametrize("token", ["EAAmade-up", "x", "shop|facebook-test-secret"])
def test_a_made_up_token_opens_nothing(facebook: Facebook, token: str) -> None:
    connected(facebook)

    answer = bring_token(nonce("facebook"), "facebook", access_token=token)

    assert answer.status_code == 422


def test_an_id_token_is_not_taken_of_facebook(facebook: Facebook) -> None:
    answer = bring_token(nonce("facebook"), "facebook", id_token="a.b.c")

    assert answer.json()["code"] == "social_proof_refused"


def test_a_code_works_once_and_with_its_own_state(facebook: Facebook) -> None:
    connected(facebook)
    brought = facebook.visit("700")

    assert come_back({**brought, "state": "another"}, "facebook").status_code == 422
    assert come_back(brought, "facebook").status_code == 200
    assert come_back(brought, "facebook").json()["code"] == "flow_refused"
    again = {**facebook.visit("700"), "code": brought["code"]}
    assert come_back(again, "facebook").json()["code"] == "social_proof_refused"


@pytest.mark.parametrize("how", ["error", "garbage"])
@pytest.mark.parametrize("part", ["oauth__access_token", "me"])
def test_facebook_down_is_a_503(facebook: Facebook, part: str, how: str) -> None:
    connected(facebook)
    before = SignIn.objects.count()
    brought = facebook.visit("700")
    facebook.fail(**{part: how})

    by_page = come_back(brought, "facebook")
    by_token = bring_token(nonce("facebook"), "facebook", access_token=facebook.token("700"))

    for answer in (by_page, by_token):
        assert (answer.status_code, answer.json()["code"]) == (503, "social_provider_unavailable")
    assert SignIn.objects.count() == before


def test_facebook_says_which_token_an_app_brings(facebook: Facebook) -> None:
    from rest_framework.test import APIClient

    assert APIClient().get(f"{SOCIAL}providers/").json()["providers"] == [
        {"id": "facebook", "name": "Facebook", "token": "access_token"}
    ]
