"""allauth's password sign-in with its limits and stages, driven by a JSON request.

This module is the only one that touches allauth's flow machinery; `tests/test_allauth_seam.py`
says what is relied upon.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from allauth.account.internal.flows.email_verification import (
    consume_email_verification_rate_limit,
)
from allauth.account.internal.flows.login import perform_password_login
from allauth.core import ratelimit
from allauth.headless.account.inputs import LoginInput
from allauth.headless.constants import Client
from allauth.headless.internal.decorators import mark_request_as_headless
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.request import Request

from marketplace.core.errors import Unavailable
from marketplace.users.errors import (
    AccountSuspended,
    EmailNotVerified,
    SignInRequired,
    TooManyAttempts,
    WrongCredentials,
)
from marketplace.users.snapshots import SignInTokens
from marketplace.users.token_strategy import STASH

TOO_MANY_CODES = {"too_many_login_attempts"}
RETRY_AFTER_SECONDS = 60


class EphemeralSession(SessionBase):
    """What allauth notes between two stages of one request; nothing of it is stored."""

    def exists(self, session_key: str) -> bool:
        return False

    def create(self) -> None:
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        pass

    def delete(self, session_key: str | None = None) -> None:
        pass

    def load(self) -> dict[str, object]:
        return {}

    @classmethod
    def clear_expired(cls) -> None:
        pass


def sign_in(api_request: Request, *, email: str, password: str) -> SignInTokens:
    """Check the credentials and pass every sign-in stage; returns the first pair of tokens.

    Errors: WrongCredentials, TooManyAttempts, AccountSuspended and EmailNotVerified (both only
    after the right password), SignInRequired, Unavailable.
    """
    request = api_request._request  # noqa: SLF001
    with _headless(request):
        limit(api_request, "login")
        form = LoginInput({"email": email, "password": password})
        with cache_may_be_down():
            is_right = form.is_valid()
        if not is_right:
            codes = {error.code for errors in form.errors.as_data().values() for error in errors}
            if codes & TOO_MANY_CODES:
                raise TooManyAttempts(retry_after_seconds=RETRY_AFTER_SECONDS)
            raise WrongCredentials
        user = form.login.user
        if user.is_suspended or not user.is_active:
            raise AccountSuspended
        perform_password_login(request, form.cleaned_data, form.login)
        if not request.user.is_authenticated:
            _explain_unfinished(user.pk)
        tokens: SignInTokens = getattr(request, STASH)
        return tokens


def limit(request: Request, action: str, *, key: str | None = None) -> None:
    """Count one attempt against allauth's rate of ``action``; raises TooManyAttempts."""
    with cache_may_be_down():
        allowed = ratelimit.consume(request._request, action=action, key=key)  # noqa: SLF001
    if not allowed:
        raise TooManyAttempts(retry_after_seconds=RETRY_AFTER_SECONDS)


def may_write_to(email: str) -> bool:
    """Whether an address may get another letter now; says the same of known and unknown ones."""
    with cache_may_be_down():
        return bool(consume_email_verification_rate_limit(None, email))


@contextmanager
def cache_may_be_down() -> Iterator[None]:
    """Without a place to count attempts nobody is let in: 503 rather than unlimited guessing."""
    try:
        yield
    except RedisError as error:
        raise Unavailable from error


def _explain_unfinished(user_id: UUID) -> None:
    from allauth.account.models import EmailAddress

    if not EmailAddress.objects.filter(user_id=user_id, verified=True).exists():
        raise EmailNotVerified("Use the key from the letter; a new one may be on its way.")
    raise SignInRequired


@contextmanager
def _headless(request: HttpRequest) -> Iterator[None]:
    """Lend the request a fresh session and nobody's identity, as allauth does for its own API."""
    mark_request_as_headless(request, Client.APP)
    session, user = request.session, request.user
    request.session = EphemeralSession()
    request.user = AnonymousUser()
    # allauth issues tokens when it finds somebody else than before.
    request.allauth.headless._pre_user = request.user  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        yield
    finally:
        request.session, request.user = session, user
        # Signing in rotates the CSRF token; there is no cookie here that it could be for.
        request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False
