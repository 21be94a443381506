"""Signing in by a provider, and connecting one, over several requests.

The first request opens a flow (ADR 0067) whose token the client keeps to itself: it is not in the
address that the provider sends people back to. So a stranger who lures somebody to that address,
with a code of the stranger's own, signs nobody in (login CSRF).
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from rest_framework.request import Request

from marketplace.core.step_up import StepUpProof
from marketplace.users import services, sign_in_flows
from marketplace.users.api import social_flow
from marketplace.users.api.sign_in_flow import headless, limit
from marketplace.users.errors import FlowRefused
from marketplace.users.models import User
from marketplace.users.snapshots import ProviderIdentity, SignInTokens

KEY = "social"
"""Where a flow keeps what has to fit when somebody comes back."""

Kept = dict[str, Any]


def begin_at_page(request: Request, name: str, redirect_uri: str, *, by: str = "") -> Kept:
    """A flow and the provider's page to send the person to; ``by`` is who connects, if anybody.

    Errors: NotFound, RedirectUriRefused, ProviderUnavailable, TooManyAttempts.
    """
    limit(request, "social")
    provider = social_flow.provider_called(request._request, name)  # noqa: SLF001
    departure = social_flow.depart(request._request, provider, redirect_uri)  # noqa: SLF001
    return {**_open(name, by, departure.kept), "authorization_url": departure.url}


def begin_in_app(request: Request, name: str, *, by: str = "") -> Kept:
    """A flow and a nonce for an app that has its own way of asking the provider.

    Errors: NotFound, TooManyAttempts.
    """
    limit(request, "social")
    social_flow.provider_called(request._request, name)  # noqa: SLF001
    nonce = social_flow.new_nonce()
    return {**_open(name, by, {"nonce": nonce}), "nonce": nonce}


def sign_in(request: Request, name: str, answer: Mapping[str, Any]) -> SignInTokens:
    """Who came back is let in, after every stage that a password would have to pass.

    Errors: NotFound, FlowRefused, ProviderProofRefused, ProviderUnavailable, SignUpNeeded,
    AccountNotConnected, AccountSuspended, SecondFactorRequired, TooManyAttempts.
    """
    limit(request, "social")
    with headless(request, answer["flow_token"]) as flow:
        identity = _identity(request, name, answer, _kept(flow.session, name, by=""))
        user = User.objects.get(pk=services.enter_by_provider(identity=identity))
        # What comes next, such as a second factor, is the flow's only business from here on.
        del flow.session[KEY]
        record_authentication(
            flow.request, user, "socialaccount", provider=name, uid=identity.subject
        )
        perform_login(flow.request, Login(user=user, email=user.email))
        return flow.finish()


def connect(
    request: Request, name: str, answer: Mapping[str, Any], *, user_id: UUID, step_up: StepUpProof
) -> None:
    """Whoever came back is connected to the account of the person who set out.

    Errors: as `sign_in` and `services.connect_provider`.
    """
    limit(request, "social")
    flow = sign_in_flows.resume_flow(answer["flow_token"])
    identity = _identity(request, name, answer, _kept(flow.state, name, by=str(user_id)))
    services.connect_provider(user_id=user_id, identity=identity, step_up=step_up, flow_id=flow.id)


def _open(name: str, by: str, kept: Kept) -> Kept:
    flow = sign_in_flows.open_flow({KEY: {**kept, "provider": name, "by": by}})
    return {"flow_token": flow.token, "expires_in": flow.expires_in_seconds}


def _kept(state: Any, name: str, *, by: str) -> Kept:
    kept: Kept | None = state.get(KEY)
    # A flow is of one provider, and of one person who connects or of nobody: never another's.
    if kept is None or (kept["provider"], kept["by"]) != (name, by):
        raise FlowRefused
    return kept


def _identity(
    request: Request, name: str, answer: Mapping[str, Any], kept: Kept
) -> ProviderIdentity:
    provider = social_flow.provider_called(request._request, name)  # noqa: SLF001
    if "code" in answer:
        return social_flow.arrive(
            request._request,  # noqa: SLF001
            provider,
            kept,
            state=answer["state"],
            code=answer["code"],
            issuer=answer.get("iss"),
        )
    return social_flow.recognise(
        request._request,  # noqa: SLF001
        provider,
        nonce=kept["nonce"],
        id_token=answer.get("id_token"),
        access_token=answer.get("access_token"),
    )
