"""Nobody gets into somebody else's account through a provider: the known attacks, tried.

`victim` is a person with an account here and an identity at the provider `acme`; `mallory` has an
identity there, too, and at another provider, `loose`, that lets anybody claim any address. An
attack succeeds when Mallory is let into the victim's account, when the victim is let into
Mallory's, or when an identity of Mallory's opens an account of the victim's address afterwards.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from rest_framework.test import APIClient

from marketplace.core.testing.figures import publish
from marketplace.users.models import SignIn, User
from marketplace.users.tests.conftest import SetProviders, _oidc_server, oidc, set_providers
from marketplace.users.tests.factories import PASSWORD, authorized_client, make_user
from marketplace.users.tests.oidc import OidcServer, running_oidc_server, settings_of
from marketplace.users.tests.visits import (
    SOCIAL,
    approved,
    bring_token,
    come_back,
    connect,
    nonce,
    set_out,
    sign_in_by,
    visit,
)
from tests.stage import undone

__all__ = ["_oidc_server", "oidc", "set_providers"]

VICTIM = "victim@example.com"
CLAIMED: dict[str, Any] = {"email": VICTIM, "email_verified": True}


@dataclass
class World:
    acme: OidcServer
    loose: OidcServer
    victim: User
    """Has an account, and has connected the identity `victim` of acme."""
    mallory: User


Attack = Iterator[bool]
ATTACKS: list[Callable[[World], Attack]] = []
"""Each yields, for every way in which it was tried, whether it succeeded."""


def attack(function: Callable[[World], Attack]) -> Callable[[World], Attack]:
    ATTACKS.append(function)
    return function


@pytest.fixture(scope="module")
def loose() -> Iterator[OidcServer]:
    with running_oidc_server() as server:
        yield server


def is_let_in(answer: Any, user: User) -> bool:
    return bool(answer.status_code == 200 and answer.json()["user"]["id"] == str(user.pk))


def opens(server: OidcServer, sub: str, name: str, user: User) -> bool:
    server.behave()
    return is_let_in(sign_in_by(server, sub, name), user)


@attack
def claims_the_address_at_a_provider(world: World) -> Attack:
    """With an account of this address here: verified, claimed in every way a claim can look."""
    for claim in (True, "true", "false", 1, None, [True]):
        world.loose.add_person("mallory", email=VICTIM, email_verified=claim)
        yield opens(world.loose, "mallory", "loose", world.victim)
        world.acme.add_person("mallory", email=VICTIM, email_verified=claim)
        yield opens(world.acme, "mallory", "acme", world.victim)


@attack
def spells_the_address_otherwise(world: World) -> Attack:
    for email in (
        VICTIM.upper(),
        f" {VICTIM} ",
        "v\u0131ctim@example.com",
        f"{VICTIM}\x00",
        f"<{VICTIM}>",
    ):
        world.acme.add_person("mallory", email=email, email_verified=True)
        yield opens(world.acme, "mallory", "acme", world.victim)


@attack
def is_there_first_by_password(world: World) -> Attack:
    """Pre-hijacking: Mallory signs up with a newcomer's address; the newcomer comes by acme."""
    early = make_user(email="newcomer@example.com", is_email_verified=False)
    world.acme.add_person("newcomer", email=early.email, email_verified=True)
    yield is_let_in(sign_in_by(world.acme, "newcomer"), early)
    yield SocialAccount.objects.filter(user=early).exists()
    yield EmailAddress.objects.filter(user=early, verified=True).exists()
    body = {"email": early.email, "password": PASSWORD}
    yield APIClient().post("/api/v1/auth/sign-in/", body).status_code == 200


@attack
def is_there_first_by_a_loose_provider(world: World) -> Attack:
    """Pre-hijacking: an account at a newcomer's address, with a door of Mallory's in it."""
    world.loose.add_person("mallory", email="newcomer@example.com", email_verified=True)
    yield sign_in_by(world.loose, "mallory", "loose").status_code == 200
    yield User.objects.filter(email="newcomer@example.com").exists()
    world.acme.add_person("newcomer", email="newcomer@example.com", email_verified=True)
    entered = sign_in_by(world.acme, "newcomer")
    assert entered.status_code == 200
    owner = User.objects.get(email="newcomer@example.com")
    yield opens(world.loose, "mallory", "loose", owner)


@attack
def moves_to_the_address_later(world: World) -> Attack:
    """Mallory's own account stays Mallory's, whatever address the provider names afterwards."""
    assert connect(world.acme, world.mallory, "mallory").status_code == 204
    world.acme.add_person("mallory", **CLAIMED)
    yield is_let_in(sign_in_by(world.acme, "mallory"), world.victim)
    yield User.objects.get(pk=world.mallory.pk).email == VICTIM


@attack
def is_of_the_same_name_elsewhere(world: World) -> Attack:
    """A subject means something at its own provider only."""
    world.loose.add_person("victim", **CLAIMED)
    yield opens(world.loose, "victim", "loose", world.victim)


@attack
def lures_the_victim_back_with_a_code_of_his_own(world: World) -> Attack:
    """Login CSRF: the victim's client is to finish what Mallory began."""
    connect(world.acme, world.mallory, "mallory")
    mine = visit(world.acme, "mallory")
    for token in (set_out().json()["flow_token"], nonce()["flow_token"], "", "x" * 43):
        yield is_let_in(come_back({**mine, "flow_token": token}), world.mallory)
    victims = set_out().json()
    state = dict(httpx.QueryParams(httpx.URL(victims["authorization_url"]).query))["state"]
    crossed = {**mine, "flow_token": victims["flow_token"], "state": state}
    yield is_let_in(come_back(crossed), world.mallory)


@attack
def swaps_the_state(world: World) -> Attack:
    theirs = visit(world.acme, "victim")
    for state in ("x", theirs["state"][:-1], theirs["state"] + "A", theirs["state"].lower(), "é"):
        yield is_let_in(come_back({**theirs, "state": state}), world.victim)


@attack
def uses_a_stolen_code(world: World) -> Attack:
    """Seen in an address or a log: without the flow's token, or in a flow of Mallory's."""
    stolen = visit(world.acme, "victim")
    for begun in (set_out().json(), nonce()):
        yield is_let_in(come_back({**stolen, "flow_token": begun["flow_token"]}), world.victim)
    mine = set_out().json()
    asked = dict(httpx.QueryParams(httpx.URL(mine["authorization_url"]).query))
    injected = {**stolen, "flow_token": mine["flow_token"], "state": asked["state"]}
    yield is_let_in(come_back(injected), world.victim)


@attack
def replays_what_was_used(world: World) -> Attack:
    used = visit(world.acme, "victim")
    assert is_let_in(come_back(used), world.victim)
    for _ in range(3):
        yield is_let_in(come_back(used), world.victim)
    begun = nonce()
    token = world.acme.token_for("victim", begun["nonce"])
    assert is_let_in(bring_token(begun, id_token=token), world.victim)
    yield is_let_in(bring_token(begun, id_token=token), world.victim)
    yield is_let_in(bring_token(nonce(), id_token=token), world.victim)


@attack
def mixes_up_the_issuers(world: World) -> Attack:
    """What one provider gave is brought to another, or said to be another's."""
    world.loose.add_person("victim", **CLAIMED)
    at_loose = visit(world.loose, "victim", "loose")
    yield is_let_in(come_back(at_loose, "acme"), world.victim)
    at_acme = visit(world.acme, "victim")
    for issuer in (world.loose.url, f"{world.acme.url}/", ""):
        yield is_let_in(come_back({**at_acme, "iss": issuer}), world.victim)
    without = {name: value for name, value in at_acme.items() if name != "iss"}
    yield is_let_in(come_back(without), world.victim)
    begun = nonce()
    for claims in ({}, {"iss": world.acme.url}):
        token = world.loose.token_for("victim", begun["nonce"], **claims)
        yield is_let_in(bring_token(begun, id_token=token), world.victim)
    for discovery in ({"issuer": world.acme.url}, {"jwks_uri": "http://keys.example/"}):
        world.loose.behave(discovery=discovery)
        yield set_out("loose").status_code == 200


@attack
def brings_a_token_for_somebody_else(world: World) -> Attack:
    for claims in (
        {"aud": "another-shop"},
        {"aud": ["another-shop"]},
        {"aud": ["shop", "another-shop"], "azp": "another-shop"},
        {"aud": "SHOP"},
        {"aud": ""},
        {"aud": None},
    ):
        begun = nonce()
        token = world.acme.token_for("victim", begun["nonce"], **claims)
        yield is_let_in(bring_token(begun, id_token=token), world.victim)


@attack
def brings_a_token_without_our_nonce(world: World) -> Attack:
    begun, other = nonce(), nonce()
    for bears in (other["nonce"], "", None, begun["nonce"][:-1], [begun["nonce"]]):
        token = world.acme.token_for("victim", begun["nonce"], nonce=bears)
        yield is_let_in(bring_token(nonce() if bears else begun, id_token=token), world.victim)


@attack
def forges_a_token(world: World) -> Attack:
    for by in ("none", "stranger"):
        begun = nonce()
        token = world.acme.token_for("victim", begun["nonce"], by)
        yield is_let_in(bring_token(begun, id_token=token), world.victim)
    begun = nonce()
    good = world.acme.token_for("victim", begun["nonce"])
    head, body, signature = good.split(".")
    for spoiled in (f"{head}.{body}.", f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}"):
        yield is_let_in(bring_token(begun, id_token=spoiled), world.victim)
    yield is_let_in(bring_token(nonce(), id_token=_with_public_key_as_secret(world)), world.victim)
    yield is_let_in(bring_token(nonce(), access_token=good), world.victim)
    begun = nonce()
    stale = world.acme.token_for("victim", begun["nonce"], exp=1_700_000_000)
    yield is_let_in(bring_token(begun, id_token=stale), world.victim)


def _with_public_key_as_secret(world: World) -> str:
    """HS256 over what everybody can read: taken where a verifier believes the header."""
    import base64
    import json

    def text(value: Any) -> str:
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    public = httpx.get(f"{world.acme.url}/jwks", trust_env=False).text.encode()
    claims = {"iss": world.acme.url, "sub": "victim", "aud": "shop", "exp": 2_000_000_000, "iat": 1}
    signed = f"{text({'alg': 'HS256', 'kid': 'rsa'})}.{text(claims)}"
    return f"{signed}.{text(hmac.new(public, signed.encode(), hashlib.sha256).digest())}"


@attack
def has_another_persons_data_told(world: World) -> Attack:
    """The token is Mallory's own, and what the provider tells beside it is the victim's."""
    connect(world.acme, world.mallory, "mallory")
    for told in ({"sub": "victim", **CLAIMED}, {"sub": None, **CLAIMED}, {"sub": ["victim"]}):
        world.acme.behave(userinfo=told)
        answer = sign_in_by(world.acme, "mallory")
        yield is_let_in(answer, world.victim)
        yield answer.status_code == 200


@attack
def connects_to_the_victims_account(world: World) -> Attack:
    """With the victim's access token, or through the victim's browser, but without their factor."""
    client = authorized_client(world.victim)
    other = {"HTTP_STEP_UP": approved(world.mallory, "connect", "loose")["HTTP_STEP_UP"]}
    theirs = approved(world.victim, "disconnect", "loose")
    world.loose.add_person("mallory")
    for headers in ({}, other, theirs):
        answer = visit(world.loose, "mallory", "loose", client=client)
        client.post(f"{SOCIAL}loose/connect/callback/", answer, **headers)
        yield opens(world.loose, "mallory", "loose", world.victim)
    # The victim does approve, and is handed what Mallory began.
    approval = approved(world.victim, "connect", "loose")
    begun_by_mallory = visit(
        world.loose, "mallory", "loose", client=authorized_client(world.mallory)
    )
    begun_by_nobody = visit(world.loose, "mallory", "loose")
    for answer in (begun_by_mallory, begun_by_nobody):
        client.post(f"{SOCIAL}loose/connect/callback/", answer, **approval)
        yield opens(world.loose, "mallory", "loose", world.victim)


@attack
def takes_over_the_victims_identity(world: World) -> Attack:
    """Connected to Mallory's account, the victim would sell and be paid there."""
    connect(world.acme, world.mallory, "victim")
    yield is_let_in(sign_in_by(world.acme, "victim"), world.mallory)


@attack
def has_a_victim_sent_elsewhere(world: World) -> Attack:
    for uri in (
        "https://evil.example/",
        "https://shop.example.evil.example/sign-in/callback",
        "https://shop.example/sign-in/callback/../../evil",
        "https://shop.example/sign-in/callback?to=https://evil.example",
        "https://shop.example@evil.example/sign-in/callback",
        "javascript:alert(1)",
        "//evil.example/sign-in/callback",
    ):
        answer = APIClient().post(f"{SOCIAL}acme/authorize/", {"redirect_uri": uri})
        yield answer.status_code == 200


@attack
def comes_back_after_a_suspension(world: World) -> Attack:
    from marketplace.core.actor import Actor
    from marketplace.users import services

    ready = visit(world.acme, "victim")
    services.suspend_user(user_id=world.victim.pk, actor=Actor.system("test"), reason="fraud")
    before = SignIn.objects.filter(user=world.victim, ended_at=None).count()
    yield is_let_in(come_back(ready), world.victim)
    yield SignIn.objects.filter(user=world.victim, ended_at=None).count() > before


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_no_known_attack_opens_another_persons_account(
    oidc: OidcServer, loose: OidcServer, set_providers: SetProviders
) -> None:
    loose_entry = settings_of(loose, "loose")
    del loose_entry["trusted_email_domains"]
    set_providers(settings_of(oidc), loose_entry)
    tried = 0
    succeeded = []
    for run in ATTACKS:
        with undone():
            for server in (oidc, loose):
                server.behave()
                server.add_person("mallory", email="mallory@elsewhere.example")
                server.add_person("victim")
            oidc.add_person("victim", **CLAIMED)
            world = World(oidc, loose, make_user(email=VICTIM), make_user())
            assert connect(oidc, world.victim, "victim").status_code == 204
            assert is_let_in(sign_in_by(oidc, "victim"), world.victim)
            for number, success in enumerate(run(world)):
                tried += 1
                if success:
                    succeeded.append(f"{run.__name__}, try {number}")
    publish(
        "social sign-in: attempts to get into another person's account",
        kinds=len(ATTACKS),
        tried=tried,
        succeeded=len(succeeded),
    )
    assert tried > 70
    assert succeeded == []
