from datetime import timedelta
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.users.verification.errors import CaseClaimed, CaseRefused
from marketplace.users.verification.models import CaseMethod
from marketplace.users.verification.policies import check_may_review
from marketplace.users.verification.repositories.cases import (
    lock_case,
    note,
    save_transition,
    snapshot,
)
from marketplace.users.verification.snapshots import CaseSnapshot
from marketplace.users.verification.transitions import Command

CLAIM_TIME = timedelta(minutes=30)


@opens_transaction
def claim_case(*, case_id: UUID, actor: Actor) -> CaseSnapshot:
    """Take a case for review: nobody else can for half an hour; the holder may go on longer.

    Raises NotFound, MayNotReview, SecondReviewerNeeded, CaseRefused, CaseClaimed.
    """
    case, person = lock_case(case_id)
    check_may_review(actor, case, person)
    now = clock.database_now()
    if case.method != CaseMethod.PEOPLE:
        raise CaseRefused(status=case.status, detail="This case is not decided by people.")
    case.check_allows(Command.CLAIM)
    if case.is_held_at(now) and case.claimed_by_id != actor.user_id:
        raise CaseClaimed(
            f"Another reviewer holds it until {case.claimed_until:%H:%M} UTC.",
        )
    is_new = case.claimed_by_id != actor.user_id
    case.perform(Command.CLAIM, at=now)
    case.claimed_by_id, case.claimed_until = actor.user_id, now + CLAIM_TIME
    save_transition(case)
    if is_new:
        note(case, Command.CLAIM, actor=actor)
    return snapshot(case)
