from dataclasses import asdict
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.core.retention import kept_for
from marketplace.core.step_up import StepUpProof
from marketplace.users import policies, privacy_letters
from marketplace.users.errors import ErasureBlocked, ErasureFinished, StepUpRequired
from marketplace.users.events import ErasureRequested
from marketplace.users.models import Erasure, SignInEnd, StepUpPurpose, User
from marketplace.users.repositories.erasures import (
    COOLING_OFF,
    erasure_snapshot,
    find_open,
    obstacles_of,
)
from marketplace.users.repositories.sign_ins import end_sign_ins
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.use_step_up import use_step_up
from marketplace.users.snapshots import ErasureSnapshot


@opens_transaction
def request_erasure(
    *, user_id: UUID, actor: Actor, reason: str = "", step_up: StepUpProof | None = None
) -> ErasureSnapshot:
    """Have a person forgotten once the cooling-off is over; until then signing in takes it back.

    Every sign-in ends now, and the person is told by letter. The person approves it with a second
    factor; an operator who was asked gives a reason, which goes into the audit log. Asked twice it
    stays as it is.

    Errors: NotFound, StepUpRequired, StepUpRefused, InvalidInput (an operator without a reason),
    ErasureBlocked (what must be settled first), ErasureFinished.
    """
    is_own = actor.user_id == user_id
    if is_own:
        _approve(user_id, step_up)
    user = lock_user(user_id)
    policies.check_may_erase(actor, user)
    if not is_own and not reason.strip():
        raise InvalidInput(fields={"reason": ["Say why."]})
    if waiting := find_open(user_id):
        return erasure_snapshot(waiting)
    if not user.is_active:
        raise ErasureFinished
    if obstacles := obstacles_of(user_id):
        raise ErasureBlocked(
            " ".join(each.detail for each in obstacles),
            obstacles=[{"code": each.code, "detail": each.detail} for each in obstacles],
        )
    erasure = _request(user, actor, "" if is_own else reason.strip()[:500])
    end_sign_ins(user_id=user_id, reason=SignInEnd.SIGNED_OUT)
    record(
        ErasureRequested(user_id=user_id, erasure_id=erasure.pk, due_at=erasure.due_at), key=user_id
    )
    privacy_letters.write_erasure_requested(email=user.email, due_at=erasure.due_at)
    if not is_own:
        record_action(
            actor=actor,
            action="users.request_erasure",
            subject_type="users.user",
            subject_id=user_id,
            reason=erasure.reason,
            before={"erasure": None},
            after={"erasure": str(erasure.pk)},
        )
    return erasure_snapshot(erasure)


def _approve(user_id: UUID, step_up: StepUpProof | None) -> None:
    purpose = StepUpPurpose.PRIVACY
    if step_up is None:
        raise StepUpRequired(purpose)
    use_step_up(
        **asdict(step_up), user_id=user_id, purpose=purpose, binding={"action": "erase_account"}
    )


def _request(user: User, actor: Actor, reason: str) -> Erasure:
    now = clock.database_now()
    due_at = now + kept_for(COOLING_OFF)
    return Erasure.objects.create(
        user=user,
        requested_by_id=actor.user_id or user.pk,
        reason=reason,
        requested_at=now,
        due_at=due_at,
        next_attempt_at=due_at,
    )
