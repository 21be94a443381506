"""What a provider says of a person, asked of a real OpenID Connect server."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import RequestFactory

from marketplace.core.errors import NotFound
from marketplace.users.api import social_discovery, social_flow
from marketplace.users.errors import (
    ProviderProofRefused,
    ProviderUnavailable,
    RedirectUriRefused,
)
from marketplace.users.snapshots import ProviderIdentity
from marketplace.users.tests.oidc import REDIRECT_URI, OidcServer, settings_of

request = RequestFactory().get("/")
NONCE = "a nonce that we gave the app"


def depart() -> social_flow.Departure:
    provider = social_flow.provider_called(request, "acme")
    return social_flow.depart(request, provider, REDIRECT_URI)


def arrive(departure: social_flow.Departure, brought: dict[str, str]) -> ProviderIdentity:
    return social_flow.arrive(
        request,
        social_flow.provider_called(request, "acme"),
        departure.kept,
        state=brought["state"],
        code=brought["code"],
        issuer=brought.get("iss"),
    )


def there_and_back(oidc: OidcServer, sub: str = "ada") -> ProviderIdentity:
    departure = depart()
    return arrive(departure, oidc.sign_in(departure.url, sub))


def recognise(id_token: str | None, **more: Any) -> ProviderIdentity:
    return social_flow.recognise(
        request,
        social_flow.provider_called(request, "acme"),
        nonce=NONCE,
        **{"id_token": id_token, "access_token": None, **more},
    )


@pytest.fixture
def ada(oidc: OidcServer) -> OidcServer:
    oidc.add_person(
        "ada",
        email="Ada@Example.com",
        email_verified=True,
        given_name="Ada\x00",
        family_name="Heron",
    )
    return oidc


def test_a_person_who_comes_back_is_known(ada: OidcServer) -> None:
    assert there_and_back(ada) == ProviderIdentity(
        "acme", "ada", "ada@example.com", True, "Ada", "Heron"
    )


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_both_kinds_of_key_are_understood(ada: OidcServer, algorithm: str) -> None:
    ada.behave(signed_by=algorithm)

    assert there_and_back(ada).subject == "ada"
    assert recognise(ada.token_for("ada", NONCE, algorithm)).subject == "ada"


def test_the_departure_carries_state_nonce_and_a_challenge(ada: OidcServer) -> None:
    first, second = depart(), depart()

    asked = {name: values[0] for name, values in parse_qs(urlsplit(first.url).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert asked["redirect_uri"] == REDIRECT_URI
    assert (asked["state"], asked["nonce"]) == (first.kept["state"], first.kept["nonce"])
    assert first.kept["code_verifier"] not in first.url
    assert not set(first.kept.values()) & set(second.kept.values()) - {REDIRECT_URI}


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        f"{REDIRECT_URI}/",
        f"{REDIRECT_URI}?next=https://evil.example",
        f"{REDIRECT_URI}#x",
        REDIRECT_URI.upper(),
        REDIRECT_URI.replace("https", "http"),
        REDIRECT_URI.replace("shop.example", "shop.example@evil.example"),
        "",
    ],
)
def test_nobody_is_sent_back_to_an_address_that_is_not_listed(ada: OidcServer, uri: str) -> None:
    with pytest.raises(RedirectUriRefused):
        social_flow.depart(request, social_flow.provider_called(request, "acme"), uri)


def test_an_unknown_provider_is_not_found(ada: OidcServer) -> None:
    with pytest.raises(NotFound):
        social_flow.provider_called(request, "nobody")


def test_a_provider_is_not_called_inside_a_transaction(ada: OidcServer, db: None) -> None:
    from django.db import transaction

    from marketplace.core.db import TransactionNested

    with transaction.atomic(), pytest.raises(TransactionNested):
        depart()


Spoil = dict[str, Any]
UNPROVED: list[tuple[str, Spoil]] = [
    ("another's nonce", {"nonce": "of another sign-in"}),
    ("no nonce", {"nonce": None}),
    ("another client's", {"aud": "another-shop"}),
    ("another client's and ours", {"aud": ["another-shop", "shop"], "azp": "another-shop"}),
    ("another issuer's", {"iss": "https://accounts.example"}),
    ("expired", {"exp": int(time.time()) - 5}),
    ("without an end", {"exp": None}),
    ("without a time", {"iat": None}),
    ("from the future", {"nbf": int(time.time()) + 3600}),
]


@pytest.mark.parametrize("spoil", [s for _, s in UNPROVED], ids=[n for n, _ in UNPROVED])
def test_a_token_that_is_not_for_this_sign_in_proves_nothing(ada: OidcServer, spoil: Spoil) -> None:
    assert recognise(ada.token_for("ada", NONCE)).subject == "ada"

    with pytest.raises(ProviderProofRefused):
        recognise(ada.token_for("ada", NONCE, **spoil))
    ada.behave(id_token=spoil)
    with pytest.raises(ProviderProofRefused):
        there_and_back(ada)


@pytest.mark.parametrize("signed_by", ["none", "stranger"])
def test_a_token_that_the_provider_did_not_sign_proves_nothing(
    ada: OidcServer, signed_by: str
) -> None:
    with pytest.raises(ProviderProofRefused):
        recognise(ada.token_for("ada", NONCE, signed_by))
    ada.behave(signed_by=signed_by)
    with pytest.raises(ProviderProofRefused):
        there_and_back(ada)


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c", "eyJhbGciOiJIUzI1NiJ9.e30.x", "é" * 9])
def test_what_is_no_token_proves_nothing(ada: OidcServer, token: str | None) -> None:
    with pytest.raises(ProviderProofRefused):
        recognise(token)


def test_an_access_token_of_an_openid_provider_proves_nothing(ada: OidcServer) -> None:
    with pytest.raises(ProviderProofRefused):
        recognise(None, access_token="whatever")


def test_a_phones_own_client_id_counts_when_it_is_listed(
    ada: OidcServer, set_providers: Callable[..., None]
) -> None:
    token = ada.token_for("ada", NONCE, aud="shop-android")
    with pytest.raises(ProviderProofRefused):
        recognise(token)

    set_providers(settings_of(ada, client_ids=["shop-ios", "shop-android"]))

    assert recognise(token).subject == "ada"


def test_a_state_of_another_sign_in_is_refused_before_the_provider_is_asked(
    ada: OidcServer,
) -> None:
    mine, theirs = depart(), depart()
    brought = ada.sign_in(theirs.url, "ada")
    ada.behave()

    with pytest.raises(ProviderProofRefused):
        arrive(mine, brought)

    assert ada.calls() == []


def test_a_code_of_another_sign_in_is_refused(ada: OidcServer) -> None:
    """With the right state put beside it: the challenge and the nonce are another's."""
    mine, theirs = depart(), depart()
    brought = {**ada.sign_in(theirs.url, "ada"), "state": mine.kept["state"]}

    with pytest.raises(ProviderProofRefused):
        arrive(mine, brought)


def test_a_code_works_once(ada: OidcServer) -> None:
    departure = depart()
    brought = ada.sign_in(departure.url, "ada")
    arrive(departure, brought)

    with pytest.raises(ProviderProofRefused):
        arrive(departure, brought)


@pytest.mark.parametrize("issuer", [None, "https://accounts.example"])
def test_an_answer_that_is_not_from_the_provider_that_was_asked(
    ada: OidcServer, issuer: str | None
) -> None:
    departure = depart()
    brought: dict[str, Any] = {**ada.sign_in(departure.url, "ada"), "iss": issuer}

    with pytest.raises(ProviderProofRefused):
        arrive(departure, brought)


def test_the_users_data_must_be_of_the_person_in_the_token(ada: OidcServer) -> None:
    ada.behave(userinfo={"sub": "grace", "email": "grace@example.com"})

    with pytest.raises(ProviderProofRefused):
        there_and_back(ada)


@pytest.mark.parametrize(
    "part", ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"]
)
@pytest.mark.parametrize("failure", ["error", "garbage", "odd", "huge", "redirect"])
def test_a_provider_that_fails_is_told_from_one_that_refuses(
    ada: OidcServer, part: str, failure: str
) -> None:
    departure = depart()
    brought = ada.sign_in(departure.url, "ada")
    ada.behave(failing={part: failure})

    with pytest.raises(ProviderUnavailable):
        arrive(departure, brought)


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://accounts.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": None},
        {"issuer": None},
        {"token_endpoint": 7},
    ],
)
def test_a_discovery_document_that_cannot_be_is_not_followed(
    ada: OidcServer, discovery: dict[str, Any]
) -> None:
    ada.behave(discovery=discovery)

    with pytest.raises(ProviderUnavailable):
        depart()
    assert ada.calls() == ["/.well-known/openid-configuration"]


def test_a_provider_that_is_not_there(set_providers: Callable[..., None], oidc: OidcServer) -> None:
    set_providers({**settings_of(oidc), "server_url": "http://127.0.0.1:9"})

    with pytest.raises(ProviderUnavailable):
        depart()


def test_a_provider_that_says_nothing_is_waited_for_only_so_long(
    ada: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marketplace.users import social_adapter

    monkeypatch.setattr(social_adapter, "READ_SECONDS", 0.3)
    ada.behave(failing={"/.well-known/openid-configuration": "hang"})

    with pytest.raises(ProviderUnavailable):
        depart()


EMAILS: list[tuple[str, dict[str, Any], bool]] = [
    ("verified, of a trusted domain", {"email_verified": True}, True),
    ("not verified", {"email_verified": False}, False),
    ("nothing said", {}, False),
    ("the text false", {"email_verified": "false"}, False),
    ("the text true", {"email_verified": "true"}, False),
    ("a number", {"email_verified": 1}, False),
    ("another domain", {"email_verified": True, "email": "ada@elsewhere.example"}, False),
    ("a longer domain", {"email_verified": True, "email": "ada@sub.example.com"}, False),
    ("no address", {"email_verified": True, "email": "ada"}, False),
    ("two addresses", {"email_verified": True, "email": ["a@example.com"]}, False),
    ("another script", {"email_verified": True, "email": "\u0430da@example.com"}, False),
]


@pytest.mark.parametrize(("claims", "proved"), [e[1:] for e in EMAILS], ids=[e[0] for e in EMAILS])
def test_an_address_is_proved_by_whom_it_concerns(
    oidc: OidcServer, claims: dict[str, Any], proved: bool
) -> None:
    oidc.add_person("bob", **{"email": "bob@example.com", **claims})

    assert there_and_back(oidc, "bob").is_email_proved is proved


@pytest.mark.parametrize(
    ("email", "hosted_domain", "proved"),
    [
        ("ada@gmail.com", None, True),
        ("ada@firm.example", "firm.example", True),
        ("ada@firm.example", None, False),
        ("ada@firm.example", "other.example", False),
    ],
)
def test_google_proves_the_addresses_that_it_runs(
    oidc: OidcServer,
    set_providers: Callable[..., None],
    email: str,
    hosted_domain: str | None,
    proved: bool,
) -> None:
    google = settings_of(oidc, "google")
    del google["trusted_email_domains"]
    set_providers(google)
    claims = {"email": email, "email_verified": True, "hd": hosted_domain}

    identity = social_flow.recognise(
        request,
        social_flow.provider_called(request, "google"),
        nonce=NONCE,
        id_token=oidc.token_for("ada", NONCE, **claims),
        access_token=None,
    )

    assert identity.is_email_proved is proved


@pytest.fixture
def five_minutes(settings: Any) -> Iterator[None]:
    """Documents are kept, as they are outside of tests."""
    settings.SOCIAL_DISCOVERY_SECONDS = 300
    social_discovery._kept.clear()
    yield
    social_discovery._kept.clear()


def discoveries(oidc: OidcServer) -> int:
    return sum("openid-configuration" in call for call in oidc.calls())


@pytest.mark.usefixtures("five_minutes")
def test_the_providers_document_is_read_once_in_a_while(ada: OidcServer) -> None:
    for _ in range(3):
        assert there_and_back(ada).subject == "ada"

    assert discoveries(ada) == 1


@pytest.mark.usefixtures("five_minutes")
def test_a_document_that_was_refused_is_read_again(ada: OidcServer) -> None:
    ada.behave(discovery={"issuer": "https://somebody.example"})
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            depart()
    assert discoveries(ada) == 2

    ada.behave()
    assert there_and_back(ada).subject == "ada"


@pytest.mark.usefixtures("five_minutes")
def test_a_document_is_believed_no_longer_than_it_is_kept(ada: OidcServer, settings: Any) -> None:
    settings.SOCIAL_DISCOVERY_SECONDS = 0
    depart()
    depart()
    assert discoveries(ada) == 2
