from datetime import date, datetime
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.users.verification.errors import FactsInvalid
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.policies import BY_TWO_PEOPLE
from marketplace.users.verification.repositories.cases import note, save_transition, snapshot
from marketplace.users.verification.services._deciding import approve, lock_claimed
from marketplace.users.verification.services._recording import record_staff_action
from marketplace.users.verification.snapshots import CaseSnapshot
from marketplace.users.verification.transitions import Command

APPROVED = "What was shown agrees with what was stated."
"""The reason of a yes whose reviewer added nothing: it is what approving says."""


@opens_transaction
def approve_case(
    *, case_id: UUID, actor: Actor, note_text: str = "", document_runs_out_on: date | None = None
) -> CaseSnapshot:
    """Say yes to a claimed case. Of T3 the first yes puts it back into the queue, and only that of
    another person makes it hold.

    An identity holds no longer than the document that shows it, so its last day is asked for.
    Raises NotFound, MayNotReview, SecondReviewerNeeded, CaseRefused, NotClaimed, FactsInvalid.
    """
    now = clock.database_now()
    case, person = lock_claimed(case_id, actor, now)
    _check_runs_out(case, document_runs_out_on, now)
    before = {"status": case.status, "level": person.verification_level}
    if case.level in BY_TWO_PEOPLE and case.first_approved_by_id is None:
        case.first_approved_by_id, case.first_approved_at = actor.user_id, now
        case.perform(Command.APPROVE_FIRST, at=now)
        save_transition(case, "first_approved_by", "first_approved_at")
        note(case, Command.APPROVE_FIRST, actor=actor, text=note_text)
    else:
        approve(
            case,
            person,
            Command.APPROVE,
            actor=actor,
            at=now,
            runs_out_on=document_runs_out_on,
            text=note_text,
        )
    record_staff_action(
        case,
        Command.APPROVE,
        actor=actor,
        reason=note_text.strip() or APPROVED,
        before=before,
        after={"status": case.status, "level": person.verification_level},
    )
    return snapshot(case)


def _check_runs_out(case: VerificationCase, day: date | None, now: datetime) -> None:
    fault = ""
    if day is None and case.level == "T2":
        fault = "Say until when the document is valid."
    elif day is not None and day <= now.date():
        fault = "The document has run out: reject the case, or ask for another one."
    if fault:
        raise FactsInvalid(fault, fields={"document_runs_out_on": [fault]})
