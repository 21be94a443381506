"""Second factors in a sign-in: allauth's stage and its passkey sign-in, driven by JSON requests.

`tests/test_mfa_seam.py` says what is relied upon.
"""

from collections.abc import Mapping
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import Login
from allauth.account.stages import LoginStage
from allauth.mfa.internal.constants import LoginStageKey
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from rest_framework.request import Request

from marketplace.users import passkeys, services
from marketplace.users.api.sign_in_flow import Flow, Ticket, headless, limit
from marketplace.users.errors import AccountSuspended, FactorNotOffered, FlowRefused
from marketplace.users.services import FactorAnswer
from marketplace.users.snapshots import SignInTokens

CHALLENGE = "fairhold.passkey"
"""Where a flow keeps what a passkey has to sign."""
Options = dict[str, Any]


def begin_second_factor(api_request: Request, *, flow_token: str) -> Options:
    """What ``navigator.credentials.get`` needs to answer this sign-in.

    Errors: FlowRefused, FactorNotOffered (no passkey).
    """
    with headless(api_request, flow_token, is_attempt=False) as flow:
        stage = _stage(flow)
        options, challenge = passkeys.begin_authentication(stage.login.user)
        if not options["publicKey"].get("allowCredentials"):
            raise FactorNotOffered
        flow.session[CHALLENGE] = challenge
        return dict(options["publicKey"])


def finish_second_factor(
    api_request: Request, *, flow_token: str, answer: FactorAnswer
) -> SignInTokens:
    """Take the second factor, and go on to the tokens.

    Errors: FlowRefused, SecondFactorRefused, TooManyAttempts, AccountSuspended.
    """
    with headless(api_request, flow_token) as flow:
        stage = _stage(flow)
        user = stage.login.user
        challenge = flow.session.get(CHALLENGE)
        services.check_factor(user_id=user.pk, answer=answer, challenge=challenge)
        record_authentication(flow.request, user, "mfa", type=answer.factor)
        stage.exit()
        return flow.finish()


def begin_passkey_sign_in(api_request: Request) -> tuple[Options, Ticket]:
    """What a passkey has to sign that signs in by itself, whoever it belongs to.

    Errors: TooManyAttempts.
    """
    limit(api_request, "login")
    with headless(api_request) as flow:
        options, challenge = passkeys.begin_authentication(None)
        flow.session[CHALLENGE] = challenge
        return dict(options["publicKey"]), flow.keep()


def finish_passkey_sign_in(
    api_request: Request, *, flow_token: str, credential: Mapping[str, Any]
) -> SignInTokens:
    """Sign in whoever the passkey belongs to: it checked them itself, so it is both factors.

    Errors: FlowRefused, SecondFactorRefused, AccountSuspended, EmailNotVerified.
    """
    with headless(api_request, flow_token) as flow:
        challenge = flow.session.get(CHALLENGE)
        if challenge is None or flow.stage is not None:
            raise FlowRefused
        user_id, factor_id = services.check_factor_alone(credential=credential, challenge=challenge)
        row = Authenticator.objects.select_related("user").get(pk=factor_id, user_id=user_id)
        if row.user.is_suspended or not row.user.is_active:
            raise AccountSuspended
        perform_passwordless_login(flow.request, row, Login(user=row.user))
        return flow.finish()


def _stage(flow: Flow) -> LoginStage:
    stage = flow.stage
    if stage is None or stage.key != LoginStageKey.MFA_AUTHENTICATE.value:
        raise FlowRefused
    return stage
