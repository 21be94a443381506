"""Whether a code or a passkey is right; wrong ones are counted, and each right one works once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.users import passkeys
from marketplace.users.errors import TooManyAttempts
from marketplace.users.events import RecoveryCodeUsed
from marketplace.users.models import Factor, FactorGuard
from marketplace.users.repositories.factors import lock_factors, lock_guard
from marketplace.users.sealed_factors import open_secret
from marketplace.users.totp import matching_step

log = structlog.get_logger(__name__)
MAX_FAILURES = 10
WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class FactorAnswer:
    """What somebody sends: a ``code``, or the ``credential`` of a passkey."""

    factor: str
    code: str = ""
    credential: Mapping[str, Any] | None = None


@needs_transaction
def open_guard(user_id: UUID, *, at: datetime) -> FactorGuard:
    """Judge one answer of this person at a time. Raises TooManyAttempts after ten wrong ones in a
    quarter of an hour, wherever they were given and right or wrong as the next one may be."""
    guard = lock_guard(user_id, at=at)
    ends_at = guard.window_began_at + WINDOW
    if ends_at <= at:
        guard.failed_attempts, guard.window_began_at = 0, at
    elif guard.failed_attempts >= MAX_FAILURES:
        wait = int((ends_at - at).total_seconds()) + 1
        raise TooManyAttempts(retry_after_seconds=wait)
    return guard


@needs_transaction
def count(guard: FactorGuard, *, is_right: bool) -> bool:
    """Write down how it went; the caller's transaction has to commit also when it was wrong."""
    guard.failed_attempts = 0 if is_right else guard.failed_attempts + 1
    guard.save(update_fields=["failed_attempts", "window_began_at"])
    if not is_right:
        log.warning("second_factor_refused", user_id=str(guard.user_id))
    return is_right


@needs_transaction
def is_right(
    user_id: UUID,
    answer: FactorAnswer,
    *,
    challenge: dict[str, Any] | None,
    at: datetime | None = None,
) -> bool:
    """Whether the answer proves one of the person's factors, and never again.

    Raises TooManyAttempts. The caller commits, and refuses afterwards.
    """
    at = at or clock.database_now()
    guard = open_guard(user_id, at=at)
    rows = {row.type: row for row in lock_factors(user_id)}
    if answer.factor == Factor.TOTP:
        right = _is_totp(rows.get(Authenticator.Type.TOTP), answer.code, at)
    elif answer.factor == Factor.RECOVERY_CODE:
        right = _is_recovery_code(rows.get(Authenticator.Type.RECOVERY_CODES), answer.code)
    else:
        right = _is_passkey(user_id, answer, challenge)
    return count(guard, is_right=right)


def _is_totp(row: Authenticator | None, code: str, at: datetime) -> bool:
    if row is None:
        return False
    step = matching_step(secret=open_secret(row.data["secret"]), code=code, at=at)
    if step is None or step <= row.data.get("last_step", 0):
        return False
    row.data["last_step"] = step
    row.last_used_at = clock.now()
    row.save(update_fields=["data", "last_used_at"])
    return True


def _is_recovery_code(row: Authenticator | None, code: str) -> bool:
    if row is None:
        return False
    codes = row.wrap()
    if not codes.validate_code(code):
        return False
    # It was locked and read again over there.
    codes.instance.record_usage()
    left = len(codes.get_unused_codes())
    record(RecoveryCodeUsed(user_id=row.user_id, left=left), key=row.user_id)
    get_adapter().send_notification_mail("users/recovery_code_used", row.user, {"left": left})
    return True


def _is_passkey(user_id: UUID, answer: FactorAnswer, challenge: dict[str, Any] | None) -> bool:
    if answer.factor != Factor.PASSKEY or challenge is None or answer.credential is None:
        return False
    try:
        passkeys.complete_authentication(user_id, answer.credential, challenge=challenge)
    except passkeys.PasskeyRefused:
        return False
    return True
