from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.errors import Forbidden
from marketplace.core.events import record
from marketplace.users.errors import FactorExists, SecondFactorRefused
from marketplace.users.events import SecondFactorAdded
from marketplace.users.models import Factor
from marketplace.users.repositories.factors import has_strong_factor
from marketplace.users.repositories.users import lock_user
from marketplace.users.services._factor_checks import count, open_guard
from marketplace.users.services.renew_recovery_codes import first_recovery_codes
from marketplace.users.totp import matching_step


def take_staff_totp(*, user_id: UUID, secret: str, code: str) -> tuple[str, ...]:
    """An operator's first authenticator app, taken into use at the admin's door with its code.

    Only the first: whoever has a factor shows it, and changes factors with a step-up. Returns the
    recovery codes, which are shown this once. Errors: Forbidden, FactorExists, SecondFactorRefused,
    TooManyAttempts.
    """
    codes = _take(user_id, secret, code)
    if codes is None:
        raise SecondFactorRefused
    return codes


@opens_transaction
def _take(user_id: UUID, secret: str, code: str) -> tuple[str, ...] | None:
    # A wrong code is returned, not raised: that it was tried must commit.
    user = lock_user(user_id)
    if not user.is_staff:
        raise Forbidden
    at = clock.database_now()
    guard = open_guard(user_id, at=at)
    # Two of one moment: the second waits above for the first, and finds its factor here.
    if has_strong_factor(user_id):
        raise FactorExists
    step = matching_step(secret=secret, code=code, at=at)
    if not count(guard, is_right=step is not None):
        return None
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": secret, "last_step": step}
    )
    record(SecondFactorAdded(user_id=user_id, factor=Factor.TOTP), key=user_id)
    get_adapter().send_notification_mail("mfa/email/totp_activated", user)
    return first_recovery_codes(user)
