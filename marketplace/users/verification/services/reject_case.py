from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.verification.events import VerificationRejected
from marketplace.users.verification.reasons import check_reason
from marketplace.users.verification.repositories.cases import note, snapshot
from marketplace.users.verification.services._deciding import end, lock_claimed
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.services._recording import record_staff_action
from marketplace.users.verification.snapshots import CaseSnapshot
from marketplace.users.verification.transitions import Command


@opens_transaction
def reject_case(
    *, case_id: UUID, actor: Actor, reason: str, message: str = "", note_text: str = ""
) -> CaseSnapshot:
    """Say no to a claimed case, with a reason of the list and words for the person.

    Raises NotFound, MayNotReview, SecondReviewerNeeded, CaseRefused, NotClaimed, InvalidInput.
    """
    check_reason(reason, message)
    now = clock.database_now()
    case, person = lock_claimed(case_id, actor, now)
    before = {"status": case.status}
    case.decided_by_id, case.decided_at = actor.user_id, now
    case.decision_text = message.strip()
    end(case, Command.REJECT, actor=actor, at=now, reason=reason)
    if note_text:
        note(case, Command.NOTE, actor=actor, text=note_text)
    record(
        VerificationRejected(
            user_id=case.user_id, case_id=case.id, level=case.level, reason=reason
        ),
        key=case.user_id,
    )
    record_staff_action(
        case,
        Command.REJECT,
        actor=actor,
        reason=reason,
        before=before,
        after={"status": case.status},
    )
    settle_level(person)
    return snapshot(case)
