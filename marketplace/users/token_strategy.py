"""Where allauth gets its tokens: every way to sign in that it offers ends in ours (ADR 0012)."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal.httpkit import authenticated_user, get_client_ip
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from django.http import HttpRequest

from marketplace.core.errors import DomainError
from marketplace.users.services import refresh_sign_in, start_sign_in
from marketplace.users.snapshots import SignInTokens

STASH = "fairhold_tokens"
FLOW = "fairhold_flow"
"""Where a request carries the id of the sign-in flow that it goes on with."""


class TokenStrategy(JWTTokenStrategy):  # type: ignore[misc]
    """allauth's JWT strategy with a row per sign-in in place of a Django session per sign-in.

    allauth's own keeps the good refresh tokens in the session's JSON: parallel refreshes overwrite
    each other, a replay goes unnoticed, and audience and issuer are not checked.
    """

    def get_session_token(self, request: HttpRequest) -> str | None:
        # A bearer token names no Django session; only allauth's own header may, between stages.
        token: str | None = request.headers.get("x-session-token")
        return token

    def create_access_token_payload(self, request: HttpRequest) -> dict[str, object]:
        user = authenticated_user(request)
        proofs = get_authentication_records(request, user)
        tokens: SignInTokens = start_sign_in(
            user_id=user.pk,
            ip_address=get_client_ip(request),
            user_agent=request.headers.get("User-Agent", ""),
            flow_id=getattr(request, FLOW, None),
            codes_sent_to=[
                proof.get("email") or proof["phone"]
                for proof in proofs
                if proof["method"] == "code"
            ],
            with_factor=any(proof["method"] == "mfa" for proof in proofs),
        )
        setattr(request, STASH, tokens)
        return {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        try:
            tokens = refresh_sign_in(refresh_token=refresh_token)
        except DomainError:
            return None
        return tokens.access_token, tokens.refresh_token
