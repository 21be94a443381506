"""What we rely on in allauth beyond its public interface. An upgrade reads this first."""

import inspect
from importlib.metadata import version

from allauth.account.internal.flows import email_verification, login, password_reset
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core.internal import ratelimit
from allauth.headless.account.inputs import LoginInput
from allauth.headless.app_settings import TOKEN_STRATEGY
from allauth.headless.internal import decorators
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy
from allauth.socialaccount.adapter import _build_apps_from_settings, get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter

from marketplace.users import limits
from marketplace.users.social_adapter import SocialAccountAdapter
from marketplace.users.token_strategy import TokenStrategy


def parameters(function: object) -> list[str]:
    assert callable(function)
    return list(inspect.signature(function).parameters)


def test_the_version_is_one_that_was_read() -> None:
    assert version("django-allauth").startswith("65.21.")


def test_the_functions_we_call_take_what_we_give() -> None:
    assert parameters(login.perform_password_login) == ["request", "credentials", "login"]
    assert parameters(password_reset.request_password_reset) == [
        "request",
        "email",
        "users",
        "token_generator",
    ]
    assert parameters(email_verification.consume_email_verification_rate_limit)[:2] == [
        "request",
        "email",
    ]
    assert parameters(decorators.mark_request_as_headless) == ["request", "client"]
    assert {"is_active", "prefer_verified", "for_login"} <= set(parameters(filter_users_by_email))
    assert set(LoginInput({}).fields) == {"email", "password"}


def test_whatever_way_somebody_signs_in_the_tokens_are_ours() -> None:
    assert isinstance(TOKEN_STRATEGY, TokenStrategy)
    assert isinstance(TOKEN_STRATEGY, AbstractTokenStrategy)


def test_a_provider_is_asked_by_the_functions_we_know() -> None:
    assert parameters(OAuth2Client.get_access_token)[1:3] == ["code", "pkce_code_verifier"]
    assert parameters(OAuth2Client.get_redirect_url)[1:] == [
        "authorization_url",
        "scope",
        "extra_params",
    ]
    # Not called: it is what makes the library leave out the signature.
    assert "did_fetch_access_token = True" in inspect.getsource(OAuth2Adapter.get_access_token_data)
    assert parameters(OpenIDConnectOAuth2Adapter.complete_login)[1:4] == ["request", "app", "token"]
    discovery = inspect.getsource(OpenIDConnectOAuth2Adapter.openid_config.fget)
    assert 'if not hasattr(self, "_openid_config")' in discovery
    assert parameters(OpenIDConnectProvider.verify_token)[1:] == ["request", "token"]
    assert parameters(_build_apps_from_settings) == ["provider", "client_id"]
    assert isinstance(get_adapter(), SocialAccountAdapter)


def test_allauth_counts_where_we_count() -> None:
    """`limits.install` takes the place of the two functions below, and they still have a caller."""
    assert ratelimit._consume_single_rate is limits._consume_single_rate
    assert ratelimit.clear is limits._clear
    assert "_consume_single_rate(" in inspect.getsource(ratelimit.consume)
    assert parameters(ratelimit._consume_single_rate) == [
        "request",
        "app",
        "action",
        "rate",
        "key",
        "user",
        "dry_run",
        "raise_exception",
    ]
    assert parameters(ratelimit.get_cache_key) == [
        "request",
        "app",
        "action",
        "rate",
        "key",
        "user",
    ]
