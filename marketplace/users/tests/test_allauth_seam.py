"""What we rely on in allauth beyond its public interface. An upgrade reads this first."""

import inspect
from importlib.metadata import version

from allauth.account.internal.flows import email_verification, login, password_reset
from allauth.account.internal.userkit import filter_users_by_email
from allauth.headless.account.inputs import LoginInput
from allauth.headless.app_settings import TOKEN_STRATEGY
from allauth.headless.internal import decorators
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy

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
