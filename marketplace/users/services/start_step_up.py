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
from marketplace.core.sms import send_sms, sends_texts
from marketplace.users import codes, passkeys
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
CODE_SENT_BY = {Factor.EMAIL_CODE.value, Factor.SMS_CODE.value}


@opens_transaction
def start_step_up(
    *, user_id: UUID, sign_in_id: UUID, purpose: str, details: Mapping[str, Any]
) -> StepUpSnapshot:
    """Ask somebody to approve one act with a second factor; good for ten minutes on this device.

    Whoever has no factor is sent a text, or a letter, that says what is to be done, with a code
    for it.

    Errors: InvalidInput and what the purpose's service refuses, TooManyAttempts, TextsUsedUp.
    """
    approval = describe(purpose, user_id=user_id, details=details)
    user = lock_user(user_id)
    at = clock.database_now()
    open_guard(user_id, at=at)
    factors = offered_factors(user)
    _refuse_too_many(user_id, at, most=_most(factors))
    step_up = StepUp(
        id=new_id(),
        user_id=user_id,
        sign_in_id=sign_in_id,
        purpose=purpose,
        binding_hash=hash_of_binding(purpose, approval.binding),
        created_at=at,
        expires_at=at + LIFE,
    )
    options = None
    if Factor.PASSKEY in factors:
        options, step_up.challenge = passkeys.begin_authentication(user)
    for factor in CODE_SENT_BY & set(factors):
        _send_code(user, step_up, approval.act, factor)
    step_up.save(force_insert=True)
    return StepUpSnapshot(
        id=step_up.pk,
        purpose=purpose,
        factors=factors,
        public_key=options["publicKey"] if options else None,
        expires_at=step_up.expires_at,
        confirmed_at=None,
    )


def offered_factors(user: User) -> tuple[str, ...]:
    """With what the person may approve now.

    A message is for those alone who have nothing stronger: it is as safe as a telephone number or
    a mailbox. Where there is a proved number, a letter does not do: whoever reads the mailbox can
    set a new password with it, and would have both.
    """
    rows = factors_of(user.pk)
    if not any(row.type in STRONG for row in rows):
        by_text = user.phone_verified_at is not None and sends_texts()
        return (Factor.SMS_CODE.value if by_text else Factor.EMAIL_CODE.value,)
    kinds = {
        FACTOR_OF[row.type].value
        for row in rows
        if row.type != Authenticator.Type.RECOVERY_CODES or row.wrap().get_unused_codes()
    }
    return tuple(factor.value for factor in Factor if factor.value in kinds)


def _send_code(user: User, step_up: StepUp, act: str, factor: str) -> None:
    code = f"{secrets.randbelow(10**8):08}"
    step_up.code_hash = hash_of_code(step_up.pk, code, sent_to=address_of(user, factor))
    if factor == Factor.SMS_CODE:
        send_sms(to=user.phone_number, text=codes.text_approving(code, act))
        return
    minutes = int(LIFE.total_seconds()) // 60
    get_adapter().send_notification_mail(
        "users/step_up_code",
        user,
        {"code": code, "act": act, "minutes": minutes},
        email=user.email,
    )


def address_of(user: User, factor: str) -> str:
    """Where a code goes to; with another address the code is worthless."""
    return user.phone_number if factor == Factor.SMS_CODE else user.email


def hash_of_code(step_up_id: UUID, code: str, *, sent_to: str) -> bytes:
    return fingerprint(f"{step_up_id}:{sent_to}:{code}", purpose="users.StepUp.code")


def _most(factors: tuple[str, ...]) -> int:
    by_text = Factor.SMS_CODE in factors
    most: int = settings.STEP_UPS_BY_TEXT_PER_HOUR if by_text else settings.STEP_UPS_PER_HOUR
    return most


def _refuse_too_many(user_id: UUID, at: datetime, *, most: int) -> None:
    # Under the person's lock, so that parallel requests count each other.
    since = at - MOST_WITHIN
    newest = StepUp.objects.filter(user_id=user_id, created_at__gt=since).order_by("-created_at")
    moments = list(newest.values_list("created_at", flat=True)[:most])
    if len(moments) == most:
        wait = int((moments[-1] + MOST_WITHIN - at).total_seconds()) + 1
        raise TooManyAttempts(retry_after_seconds=wait)
