from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.ids import new_id
from marketplace.core.logs import mask_text
from marketplace.users import tokens
from marketplace.users.errors import AccountSuspended, CodeRefused
from marketplace.users.models import SignIn, User
from marketplace.users.repositories.users import is_reached_at, lock_user, snapshot
from marketplace.users.services.cancel_erasure import cancel_erasure
from marketplace.users.sign_in_flows import end_flow
from marketplace.users.snapshots import SignInTokens
from marketplace.users.tokens import TokenUse


@opens_transaction
def start_sign_in(
    *,
    user_id: UUID,
    ip_address: str | None,
    user_agent: str,
    flow_id: UUID | None = None,
    codes_sent_to: Collection[str] = (),
    with_factor: bool = False,
) -> SignInTokens:
    """Begin a family of tokens for somebody whose identity is proved; returns the first pair.

    ``flow_id`` is the flow of several requests that proved it: it ends here, so that it leads to
    one sign-in however many requests finish it at the same moment.

    ``codes_sent_to`` are the addresses and numbers whose codes proved it. A code proves nothing
    any more when its number was changed or taken away before the sign-in begins.

    ``with_factor`` says that a second factor was shown, or a passkey.

    An erasure of the account that waits for its time is taken back.

    Errors: AccountSuspended, CodeRefused, FlowRefused.
    """
    # Locked: a suspension, or a reset that takes the number away, at the same moment either comes
    # first and refuses, or ends this one too.
    user = lock_user(user_id)
    if user.is_suspended or not user.is_active:
        raise AccountSuspended
    if not all(is_reached_at(user, address) for address in codes_sent_to):
        raise CodeRefused
    if flow_id is not None:
        end_flow(flow_id)
    cancel_erasure(user=user)
    now = clock.database_now()
    sign_in = SignIn.objects.create(
        user=user,
        refresh_token_id=new_id(),
        ip_address=ip_address,
        # Whatever a client calls itself, no card number or token is kept of it.
        user_agent=mask_text(user_agent)[:200],
        with_factor=with_factor,
        created_at=now,
        refreshed_at=now,
        expires_at=now + timedelta(seconds=settings.SIGN_IN_LIFE_SECONDS),
    )
    return pair(user, sign_in)


def pair(user: User, sign_in: SignIn) -> SignInTokens:
    """The access and refresh token of the sign-in's present generation."""
    issued_at = int(clock.now().timestamp())
    expires_at = int(sign_in.expires_at.timestamp())
    life: int = settings.ACCESS_TOKEN_LIFE_SECONDS

    def token(use: TokenUse, token_id: UUID, life_seconds: int) -> str:
        return tokens.issue(
            use,
            user_id=user.pk,
            sign_in_id=sign_in.pk,
            token_id=token_id,
            issued_at_seconds=issued_at,
            # No token outlives its family.
            expires_at_seconds=min(issued_at + life_seconds, expires_at),
        )

    return SignInTokens(
        access_token=token(TokenUse.ACCESS, new_id(), life),
        refresh_token=token(
            TokenUse.REFRESH, sign_in.refresh_token_id, settings.REFRESH_TOKEN_LIFE_SECONDS
        ),
        expires_in_seconds=life,
        user=snapshot(user),
    )
