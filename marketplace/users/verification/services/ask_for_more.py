from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.verification.events import VerificationMoreRequested
from marketplace.users.verification.reasons import check_reason
from marketplace.users.verification.repositories.cases import note, save_transition, snapshot
from marketplace.users.verification.services._deciding import lock_claimed
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.services._recording import record_staff_action
from marketplace.users.verification.snapshots import CaseSnapshot
from marketplace.users.verification.transitions import Command


@opens_transaction
def ask_for_more(*, case_id: UUID, actor: Actor, reason: str, message: str) -> CaseSnapshot:
    """Give a claimed case back to the person, saying what is missing. A first yes is void: what it
    was given to may change.

    Raises NotFound, MayNotReview, SecondReviewerNeeded, CaseRefused, NotClaimed, InvalidInput.
    """
    check_reason(reason, message)
    now = clock.database_now()
    case, person = lock_claimed(case_id, actor, now)
    before = {"status": case.status}
    case.decision_code, case.decision_text = reason, message.strip()
    case.first_approved_by_id, case.first_approved_at = None, None
    case.perform(Command.ASK_FOR_MORE, at=now)
    save_transition(
        case, "decision_code", "decision_text", "first_approved_by", "first_approved_at"
    )
    note(case, Command.ASK_FOR_MORE, actor=actor, text=f"{reason}: {case.decision_text}")
    record(
        VerificationMoreRequested(
            user_id=case.user_id, case_id=case.id, level=case.level, reason=reason
        ),
        key=case.user_id,
    )
    record_staff_action(
        case,
        Command.ASK_FOR_MORE,
        actor=actor,
        reason=reason,
        before=before,
        after={"status": case.status},
    )
    settle_level(person)
    return snapshot(case)
