"""What a provider says of a person, asked and checked; nothing here touches an account.

The protocol is allauth's. Around it stands what it leaves to its caller, or leaves out: the nonce,
the issuer of the discovery document and of the answer, the algorithm, the claims that have to be
there, that an id token and the user's data speak of one person (ADR 0073).
`tests/test_allauth_seam.py` says what is relied upon.
"""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

import jwt
import requests
import structlog
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.provider import Provider
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.http import HttpRequest
from redis.exceptions import RedisError

from marketplace.core.errors import NotFound, Unavailable
from marketplace.users.api.social_discovery import discover
from marketplace.users.errors import (
    ProviderProofRefused,
    ProviderUnavailable,
    RedirectUriRefused,
)
from marketplace.users.snapshots import ProviderIdentity
from marketplace.users.social_identity import identity_from

log = structlog.get_logger(__name__)

OIDC, FACEBOOK = "openid_connect", "facebook"
ALGORITHMS = {"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"}
"""Signed with a private key. With a shared one, or none, anybody who knows our id signs."""
NEEDED_CLAIMS = {"iss", "sub", "aud", "exp", "iat"}
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, ImproperlyConfigured)
RETRY_AFTER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a person is sent, and what has to fit when they come back."""

    url: str
    kept: dict[str, str]


def list_providers(request: HttpRequest) -> list[Provider]:
    """Every provider of the settings, by name."""
    providers = [app.get_provider(request) for app in get_adapter().list_apps(request)]
    return sorted(providers, key=lambda provider: str(provider.app.name))


def provider_called(request: HttpRequest, name: str) -> Provider:
    """Errors: NotFound."""
    for provider in list_providers(request):
        if provider.sub_id == name:
            return provider
    raise NotFound("sign-in provider")


def about(provider: Provider) -> dict[str, str]:
    """What a client needs to show a button."""
    token = "access_token" if provider.id == FACEBOOK else "id_token"
    return {"id": provider.sub_id, "name": provider.app.name, "token": token}


def new_nonce() -> str:
    return token_urlsafe(32)


def depart(request: HttpRequest, provider: Provider, redirect_uri: str) -> Departure:
    """The provider's page for this person, and what only we and they know of this attempt.

    Errors: RedirectUriRefused, ProviderUnavailable.
    """
    if redirect_uri not in settings.SOCIAL_REDIRECT_URIS:
        raise RedirectUriRefused("Use an address of SOCIAL_REDIRECT_URIS, to the letter.")
    kept = {"state": token_urlsafe(32), "nonce": new_nonce(), "redirect_uri": redirect_uri}
    with _faults_of(provider):
        oauth = _oauth_of(request, provider, redirect_uri)
        client = oauth.get_client(request, provider.app)
        client.state = kept["state"]
        pkce = provider.get_pkce_params()
        kept["code_verifier"] = pkce.pop("code_verifier", "")
        nonce = {"nonce": kept["nonce"]} if provider.id == OIDC else {}
        parameters = {**provider.get_auth_params(), **pkce, **nonce}
        url = client.get_redirect_url(oauth.authorize_url, provider.get_scope(), parameters)
    return Departure(url, kept)


def arrive(
    request: HttpRequest,
    provider: Provider,
    kept: Mapping[str, str],
    *,
    state: str,
    code: str,
    issuer: str | None,
) -> ProviderIdentity:
    """Who came back from the provider's page.

    Errors: ProviderProofRefused, ProviderUnavailable.
    """
    if not hmac.compare_digest(state.encode(), kept.get("state", "").encode()):
        raise _refused(provider, "state")
    with _faults_of(provider):
        oauth = _oauth_of(request, provider, kept["redirect_uri"])
        _check_issuer(oauth, provider, issuer)
        client = oauth.get_client(request, provider.app)
        answer = client.get_access_token(code, pkce_code_verifier=kept["code_verifier"] or None)
        if provider.id == OIDC:
            _check_header(provider, answer.get("id_token"))
        token = oauth.parse_token(answer)
        login = oauth.complete_login(request, provider.app, token, response=answer)
    return _identity(provider, login, nonce=kept["nonce"])


def recognise(
    request: HttpRequest,
    provider: Provider,
    *,
    nonce: str,
    id_token: str | None,
    access_token: str | None,
) -> ProviderIdentity:
    """Who an app's own sign-in at the provider shows; ``nonce`` is what we gave that app.

    Of an OpenID Connect provider an id token: an access token does not say whom it was made for.
    Of Facebook an access token, which Facebook says was made for us.

    Errors: ProviderProofRefused, ProviderUnavailable.
    """
    if (id_token if provider.id == OIDC else access_token) is None:
        raise _refused(provider, "kind of token")
    if provider.id == OIDC:
        provider = _for_audience(request, provider, _check_header(provider, id_token))
    with _faults_of(provider):
        if provider.id == OIDC:
            oauth = _oauth_of(request, provider, "")
            provider.get_oauth2_adapter = lambda _: oauth
        try:
            login = provider.verify_token(
                request, {"id_token": id_token, "access_token": access_token}
            )
        except ValidationError as error:
            if isinstance(error.__cause__, requests.RequestException):
                raise error.__cause__ from error
            raise _refused(provider, "token") from error
    return _identity(provider, login, nonce=nonce)


def _oauth_of(request: HttpRequest, provider: Provider, redirect_uri: str) -> Any:
    """allauth's side of the protocol, with our callback and a discovery document that was read."""
    oauth = provider.get_oauth2_adapter(request)
    oauth.get_provider = lambda: provider
    oauth.get_callback_url = lambda *_: redirect_uri
    if provider.id == OIDC:
        discover(oauth, provider)
    return oauth


def _check_issuer(oauth: Any, provider: Provider, issuer: str | None) -> None:
    """RFC 9207: the answer says who gives it, so that no other provider's code is taken here."""
    if provider.id != OIDC:
        return
    config = oauth.openid_config
    must_say = config.get("authorization_response_iss_parameter_supported", False)
    if (issuer is None and must_say) or (issuer is not None and issuer != config["issuer"]):
        raise _refused(provider, "issuer")


def _check_header(provider: Provider, id_token: object) -> Mapping[str, Any]:
    """What can be seen before a key is asked for; the library verifies the signature after."""
    try:
        header = jwt.get_unverified_header(str(id_token))
        claims: Mapping[str, Any] = jwt.decode(str(id_token), options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise _refused(provider, "form") from error
    if header.get("alg") not in ALGORITHMS or not isinstance(header.get("kid"), str):
        raise _refused(provider, "algorithm")
    if not claims.keys() >= NEEDED_CLAIMS:
        raise _refused(provider, "claims")
    # OpenID Connect Core §3.1.3.7: made for somebody else, and for us among others.
    if claims.get("azp") not in {None, *provider.app.settings["client_ids"]}:
        raise _refused(provider, "party")
    return claims


def _for_audience(request: HttpRequest, provider: Provider, claims: Mapping[str, Any]) -> Provider:
    """The provider as the client of ours (web, each kind of phone) that the token was made for."""
    named = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    for client_id in provider.app.settings["client_ids"]:
        if client_id in named:
            app: SocialApp = copy(provider.app)
            app.client_id = client_id
            return app.get_provider(request)
    raise _refused(provider, "audience")


def _identity(provider: Provider, login: SocialLogin, *, nonce: str) -> ProviderIdentity:
    data = login.account.extra_data
    proof = data.get("id_token", data)
    if provider.id == OIDC:
        if not hmac.compare_digest(str(proof.get("nonce", "")).encode(), nonce.encode()):
            raise _refused(provider, "nonce")
        told = data.get("userinfo", proof)
        # Core §5.3.2: otherwise one person's token opens another one's account.
        if not isinstance(told.get("sub"), str) or told["sub"] != proof["sub"]:
            raise _refused(provider, "subject")
    return identity_from(provider.sub_id, login.account.uid, data, provider.app.settings)


@contextmanager
def _faults_of(provider: Provider) -> Iterator[None]:
    """Say of every way in which a provider can fail that it did, and nothing else to the client."""
    try:
        yield
    except RedisError as error:
        # The library remembers used tokens in the cache: without it nobody is let in by one.
        raise Unavailable from error
    except OAuth2Error as error:
        raise _refused(provider, "token") from error
    except requests.RequestException as error:
        if _is_our_senders_fault(error):
            raise _refused(provider, "token") from error
        raise _unavailable(provider, error) from error
    except MALFORMED as error:
        raise _unavailable(provider, error) from error


def _is_our_senders_fault(error: requests.RequestException) -> bool:
    response = error.response
    return response is not None and 400 <= response.status_code < 500


def _refused(provider: Provider, what: str) -> ProviderProofRefused:
    # For the operator, not for the client: what does not fit is what an attacker would mend.
    log.warning("social_proof_refused", provider=provider.sub_id, what=what)
    return ProviderProofRefused()


def _unavailable(provider: Provider, error: Exception) -> ProviderUnavailable:
    log.warning("social_provider_fault", provider=provider.sub_id, error=type(error).__name__)
    return ProviderUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
