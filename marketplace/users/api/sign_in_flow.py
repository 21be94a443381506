"""allauth's sign-in with its limits and stages, driven by JSON requests (ADR 0011, 0067).

One sign-in may take several requests: a password, then a second factor. `headless` lends each of
them the session that allauth expects, and `Flow.finish` says what came of it: tokens, or what is
still missing together with a ``flow_token`` for the next request.

`tests/test_allauth_seam.py` says what is relied upon.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.internal.constants import LoginStageKey
from allauth.account.internal.flows.email_verification import (
    consume_email_verification_rate_limit,
)
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.stages import LoginStage
from allauth.core import ratelimit
from allauth.headless.account.inputs import LoginInput
from allauth.headless.constants import Client
from allauth.headless.internal.decorators import mark_request_as_headless
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from rest_framework.request import Request

from marketplace.core.errors import DomainError
from marketplace.users import sign_in_flows
from marketplace.users.errors import (
    AccountSuspended,
    CodeRequired,
    EmailNotVerified,
    SecondFactorRequired,
    SignInRequired,
    TooManyAttempts,
    WrongCredentials,
)
from marketplace.users.models import Factor
from marketplace.users.repositories.factors import FACTOR_OF, factors_of
from marketplace.users.sign_in_flows import OpenFlow
from marketplace.users.snapshots import SignInTokens
from marketplace.users.token_strategy import FLOW, STASH

TOO_MANY_CODES = {"too_many_login_attempts"}
RETRY_AFTER_SECONDS = 60

Ticket = dict[str, Any]
"""``flow_token`` and ``expires_in``: what a client needs to go on."""


class FlowSession(SessionBase):
    """The session that allauth sees: what the flow keeps, and no row of its own."""

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__()
        self._session_cache = dict(state)

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

    def state(self) -> dict[str, Any]:
        """What allauth has noted, for the flow to keep."""
        return dict(self._session_cache)


class Flow:
    """One request's part of a sign-in."""

    def __init__(self, request: HttpRequest, session: FlowSession, kept: OpenFlow | None) -> None:
        self.request = request
        self._session = session
        self._kept = kept

    @property
    def session(self) -> FlowSession:
        """What is known between requests; JSON values, kept when the flow goes on."""
        return self._session

    @property
    def stage(self) -> LoginStage | None:
        """allauth's stage that waits for an answer."""
        return get_pending_stage(self.request)

    def finish(self) -> SignInTokens:
        """The tokens of somebody who has passed every stage.

        Errors: what is missing otherwise (SecondFactorRequired, CodeRequired, EmailNotVerified,
        SignInRequired), with the ticket to go on.
        """
        tokens: SignInTokens | None = getattr(self.request, STASH, None)
        if tokens is not None:
            return tokens
        stage = self.stage
        if stage is None or stage.key not in STAGES:
            raise SignInRequired
        raise STAGES[stage.key](stage, self)

    def keep(self) -> Ticket:
        """Keep the session for another request; returns what the client needs to make it."""
        if self._kept is None:
            self._kept = sign_in_flows.open_flow(self._session.state())
            self._session.modified = False
        return {"flow_token": self._kept.token, "expires_in": self._kept.expires_in_seconds}

    def save_changes(self) -> None:
        """Write down what a resumed flow's request has changed."""
        if self._kept is not None and self._session.modified:
            sign_in_flows.save_flow(self._kept, self._session.state())


Explain = Callable[[LoginStage, Flow], DomainError]


@contextmanager
def headless(
    api_request: Request, flow_token: str | None = None, *, is_attempt: bool = True
) -> Iterator[Flow]:
    """Lend the request nobody's identity and a session: a fresh one, or that of ``flow_token``.

    An attempt at the flow is counted first (``is_attempt=False`` for what guesses nothing, such as
    having the code sent again).

    Errors: FlowRefused.
    """
    request = api_request._request  # noqa: SLF001
    kept = (
        sign_in_flows.resume_flow(flow_token, is_attempt=is_attempt)
        if flow_token is not None
        else None
    )
    session, user = request.session, request.user
    flow = Flow(request, FlowSession(kept.state if kept else {}), kept)
    mark_request_as_headless(request, Client.APP)
    request.session = flow.session
    request.user = AnonymousUser()
    setattr(request, FLOW, kept.id if kept else None)
    # allauth issues tokens when it finds somebody else than before.
    request.allauth.headless._pre_user = request.user  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        yield flow
    finally:
        if getattr(request, STASH, None) is None:
            flow.save_changes()
        request.session, request.user = session, user
        # Signing in rotates the CSRF token; there is no cookie here that it could be for.
        request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False


def sign_in(api_request: Request, *, email: str, password: str) -> SignInTokens:
    """Check the credentials and pass every sign-in stage; returns the first pair of tokens.

    Errors: WrongCredentials, TooManyAttempts, AccountSuspended and EmailNotVerified (both only
    after the right password), SecondFactorRequired, SignInRequired.
    """
    with headless(api_request) as flow:
        limit(api_request, "login")
        form = LoginInput({"email": email, "password": password})
        if not form.is_valid():
            codes = {error.code for errors in form.errors.as_data().values() for error in errors}
            if codes & TOO_MANY_CODES:
                raise TooManyAttempts(retry_after_seconds=RETRY_AFTER_SECONDS)
            raise WrongCredentials
        user = form.login.user
        if user.is_suspended or not user.is_active:
            raise AccountSuspended
        perform_password_login(flow.request, form.cleaned_data, form.login)
        return flow.finish()


def limit(request: Request, action: str, *, key: str | None = None) -> None:
    """Count one attempt against allauth's rate of ``action``; raises TooManyAttempts."""
    if not ratelimit.consume(request._request, action=action, key=key):  # noqa: SLF001
        raise TooManyAttempts(retry_after_seconds=RETRY_AFTER_SECONDS)


def may_write_to(email: str) -> bool:
    """Whether an address may get another letter now; says the same of known and unknown ones."""
    return bool(consume_email_verification_rate_limit(None, email))


def second_factors(user: Any) -> list[str]:
    """Which kinds of second factor the person has."""
    kinds = {FACTOR_OF[row.type].value for row in factors_of(user.pk)}
    return [factor.value for factor in Factor if factor.value in kinds]


def _explain_code(stage: LoginStage, flow: Flow) -> DomainError:
    by_phone = stage.key == LoginStageKey.VERIFY_PHONE.value or "phone" in stage.state
    return CodeRequired(factors=["sms_code" if by_phone else "email_code"], **flow.keep())


def _explain_second_factor(stage: LoginStage, flow: Flow) -> DomainError:
    return SecondFactorRequired(factors=second_factors(stage.login.user), **flow.keep())


def _explain_email(stage: LoginStage, flow: Flow) -> DomainError:
    return EmailNotVerified("Use the key from the letter; a new one may be on its way.")


STAGES: dict[str, Explain] = {
    LoginStageKey.LOGIN_BY_CODE.value: _explain_code,
    LoginStageKey.VERIFY_PHONE.value: _explain_code,
    LoginStageKey.VERIFY_EMAIL.value: _explain_email,
    "mfa_authenticate": _explain_second_factor,
}
"""What to say when a stage waits, by its key."""
