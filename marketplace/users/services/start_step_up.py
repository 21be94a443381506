import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.ids import new_id
from marketplace.core.security import fingerprint
from marketplace.users import passkeys
from marketplace.users.errors import TooManyAttempts
from marketplace.users.models import Factor, StepUp, User
from marketplace.users.repositories.factors import FACTOR_OF, STRONG, factors_of
from marketplace.users.repositories.step_ups import hash_of_binding
from marketplace.users.repositories.users import lock_user
from marketplace.users.services._factor_checks import open_guard
from marketplace.users.services._step_up_purposes import describe
from marketplace.users.snapshots import StepUpSnapshot

LIFE = timedelta(minutes=10)
MOST_WITHIN = timedelta(hours=1)


@opens_transaction
def start_step_up(
    *, user_id: UUID, sign_in_id: UUID, purpose: str, details: Mapping[str, Any]
) -> StepUpSnapshot:
    """Ask somebody to approve one act with a second factor; good for ten minutes on this device.

    Whoever has no factor is sent a letter that says what is to be done, with a code for it.

    Errors: InvalidInput and what the purpose's service refuses, TooManyAttempts.
    """
    approval = describe(purpose, user_id=user_id, details=details)
    user = lock_user(user_id)
    at = clock.database_now()
    open_guard(user_id, at=at)
    _refuse_too_many(user_id, at)
    step_up = StepUp(
        id=new_id(),
        user_id=user_id,
        sign_in_id=sign_in_id,
        purpose=purpose,
        binding_hash=hash_of_binding(purpose, approval.binding),
        created_at=at,
        expires_at=at + LIFE,
    )
    factors = _factors(user_id)
    options = None
    if Factor.PASSKEY in factors:
        options, step_up.challenge = passkeys.begin_authentication(user)
    if Factor.EMAIL_CODE in factors:
        _send_code(user, step_up, approval.act)
    step_up.save(force_insert=True)
    return StepUpSnapshot(
        id=step_up.pk,
        purpose=purpose,
        factors=factors,
        public_key=options["publicKey"] if options else None,
        expires_at=step_up.expires_at,
        confirmed_at=None,
    )


def _factors(user_id: UUID) -> tuple[str, ...]:
    """A letter is for those alone who have nothing stronger: it is as safe as a mailbox."""
    rows = factors_of(user_id)
    if not any(row.type in STRONG for row in rows):
        return (Factor.EMAIL_CODE.value,)
    kinds = {
        FACTOR_OF[row.type].value
        for row in rows
        if row.type != Authenticator.Type.RECOVERY_CODES or row.wrap().get_unused_codes()
    }
    return tuple(factor.value for factor in Factor if factor.value in kinds)


def _send_code(user: User, step_up: StepUp, act: str) -> None:
    code = f"{secrets.randbelow(10**8):08}"
    step_up.code_hash = hash_of_code(step_up.pk, code)
    minutes = int(LIFE.total_seconds()) // 60
    get_adapter().send_notification_mail(
        "users/step_up_code",
        user,
        {"code": code, "act": act, "minutes": minutes},
        email=user.email,
    )


def hash_of_code(step_up_id: UUID, code: str) -> bytes:
    return fingerprint(f"{step_up_id}:{code}", purpose="users.StepUp.code")


def _refuse_too_many(user_id: UUID, at: datetime) -> None:
    # Under the person's lock, so that parallel requests count each other.
    since = at - MOST_WITHIN
    newest = StepUp.objects.filter(user_id=user_id, created_at__gt=since).order_by("-created_at")
    most: int = settings.STEP_UPS_PER_HOUR
    moments = list(newest.values_list("created_at", flat=True)[:most])
    if len(moments) == most:
        wait = int((moments[-1] + MOST_WITHIN - at).total_seconds()) + 1
        raise TooManyAttempts(retry_after_seconds=wait)
