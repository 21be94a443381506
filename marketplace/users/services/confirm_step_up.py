import hmac
from datetime import datetime
from uuid import UUID

from allauth.core.internal.cryptokit import normalize_user_code

from marketplace.core import clock
from marketplace.core.db import needs_transaction, opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.users.errors import FactorNotOffered, SecondFactorRefused, StepUpRefused
from marketplace.users.events import StepUpConfirmed
from marketplace.users.models import StepUp, User
from marketplace.users.repositories.step_ups import lock_step_up
from marketplace.users.services._factor_checks import FactorAnswer, count, is_right, open_guard
from marketplace.users.services.start_step_up import (
    CODE_SENT_BY,
    address_of,
    hash_of_code,
    offered_factors,
)
from marketplace.users.snapshots import StepUpSnapshot

MAX_FAILURES = 5


def confirm_step_up(
    *, step_up_id: UUID, user_id: UUID, sign_in_id: UUID, answer: FactorAnswer
) -> StepUpSnapshot:
    """Approve what the step-up is for, with a code or a passkey. Twice is once.

    Errors: NotFound (also on another device), StepUpRefused (expired, used), FactorNotOffered,
    SecondFactorRefused, TooManyAttempts.
    """
    confirmed = _confirm(step_up_id, user_id, sign_in_id, answer)
    if confirmed is None:
        raise SecondFactorRefused
    return confirmed


@opens_transaction
def _confirm(
    step_up_id: UUID, user_id: UUID, sign_in_id: UUID, answer: FactorAnswer
) -> StepUpSnapshot | None:
    # A wrong answer is returned, not raised: that it was given must commit.
    step_up = lock_step_up(step_up_id, user_id=user_id, sign_in_id=sign_in_id)
    if step_up is None:
        raise NotFound("step-up")
    at = clock.database_now()
    _check(step_up, at)
    if step_up.confirmed_at is not None:
        return _snapshot(step_up)
    if not _is_right(step_up, answer, at):
        step_up.failed_attempts += 1
        step_up.save(update_fields=["failed_attempts"])
        return None
    step_up.factor, step_up.confirmed_at = answer.factor, at
    step_up.challenge, step_up.code_hash = None, None
    step_up.save(update_fields=["factor", "confirmed_at", "challenge", "code_hash"])
    record(
        StepUpConfirmed(
            user_id=user_id,
            step_up_id=step_up.pk,
            purpose=step_up.purpose,
            factor=answer.factor,
        ),
        key=user_id,
    )
    return _snapshot(step_up)


def _check(step_up: StepUp, at: datetime) -> None:
    reason = ""
    if step_up.used_at is not None:
        reason = "used"
    elif step_up.expires_at <= at:
        reason = "expired"
    elif step_up.failed_attempts >= MAX_FAILURES:
        reason = "failed"
    if reason:
        raise StepUpRefused(reason, step_up_id=step_up.pk, user_id=step_up.user_id)


@needs_transaction
def _is_right(step_up: StepUp, answer: FactorAnswer, at: datetime) -> bool:
    if answer.factor not in CODE_SENT_BY:
        return is_right(step_up.user_id, answer, challenge=step_up.challenge, at=at)
    user = User.objects.get(pk=step_up.user_id)
    # A factor enrolled meanwhile, or a number proved, makes the weaker message worthless.
    if step_up.code_hash is None or answer.factor not in offered_factors(user):
        raise FactorNotOffered
    guard = open_guard(step_up.user_id, at=at)
    sent_to = address_of(user, answer.factor)
    given = hash_of_code(step_up.pk, normalize_user_code(answer.code), sent_to=sent_to)
    right = hmac.compare_digest(bytes(step_up.code_hash), given)
    return count(guard, is_right=right)


def _snapshot(step_up: StepUp) -> StepUpSnapshot:
    return StepUpSnapshot(
        id=step_up.pk,
        purpose=step_up.purpose,
        factors=(step_up.factor,),
        public_key=None,
        expires_at=step_up.expires_at,
        confirmed_at=step_up.confirmed_at,
    )
