import structlog

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.users import tokens
from marketplace.users.errors import AccountSuspended, RefreshTokenRefused
from marketplace.users.events import RefreshTokenReused
from marketplace.users.models import SignIn, SignInEnd, User
from marketplace.users.repositories.sign_ins import end_sign_ins, lock_sign_in
from marketplace.users.services.start_sign_in import pair
from marketplace.users.snapshots import SignInTokens
from marketplace.users.tokens import Claims, TokenRefused, TokenUse

log = structlog.get_logger(__name__)


def refresh_sign_in(*, refresh_token: str) -> SignInTokens:
    """Swap a refresh token for a fresh pair; the old one is never good again.

    One that was swapped before ends its whole family, whoever brings it: either the bearer or the
    one who swapped it is a thief (RFC 9700 §4.14.2). There is no grace for parallel refreshes, so
    a client refreshes once at a time.

    Errors: RefreshTokenRefused, AccountSuspended.
    """
    try:
        claims = tokens.read(refresh_token, TokenUse.REFRESH)
    except TokenRefused as refusal:
        raise RefreshTokenRefused from refusal
    fresh = _rotate(claims)
    if fresh is None:
        raise RefreshTokenRefused
    return fresh


@opens_transaction
def _rotate(claims: Claims) -> SignInTokens | None:
    # A refusal is returned, not raised: the end of a family must commit.
    sign_in = lock_sign_in(claims.sign_in_id)
    if sign_in is None or sign_in.user_id != claims.user_id or sign_in.ended_at is not None:
        return None
    now = clock.database_now()
    if sign_in.expires_at <= now:
        return None
    if sign_in.refresh_token_id != claims.token_id:
        _end_family(sign_in)
        return None
    user = User.objects.get(pk=claims.user_id)
    if user.is_suspended or not user.is_active:
        raise AccountSuspended
    sign_in.refresh_token_id = new_id()
    sign_in.refresh_count += 1
    sign_in.refreshed_at = now
    sign_in.save(update_fields=["refresh_token_id", "refresh_count", "refreshed_at"])
    return pair(user, sign_in)


def _end_family(sign_in: SignIn) -> None:
    end_sign_ins(user_id=sign_in.user_id, reason=SignInEnd.REUSED, only=sign_in.pk)
    record(RefreshTokenReused(user_id=sign_in.user_id, sign_in_id=sign_in.pk), key=sign_in.user_id)
    log.warning("refresh_token_reused", sign_in_id=str(sign_in.pk), user_id=str(sign_in.user_id))
