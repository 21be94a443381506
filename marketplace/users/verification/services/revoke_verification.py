from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.users.verification.errors import MayNotReview
from marketplace.users.verification.events import VerificationExpired
from marketplace.users.verification.policies import is_reviewer
from marketplace.users.verification.repositories.cases import lock_case, note, snapshot
from marketplace.users.verification.services._deciding import end
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.services._recording import record_staff_action
from marketplace.users.verification.snapshots import CaseSnapshot
from marketplace.users.verification.transitions import Command


@opens_transaction
def revoke_verification(*, case_id: UUID, actor: Actor, reason: str) -> CaseSnapshot:
    """Take an approval back that should not have been given; the level falls at once.

    Raises NotFound, MayNotReview, CaseRefused, InvalidInput (no reason).
    """
    if not reason.strip():
        raise InvalidInput(fields={"reason": ["Say why."]})
    case, person = lock_case(case_id)
    if not is_reviewer(actor) or actor.user_id == person.pk:
        raise MayNotReview
    before = {"status": case.status, "level": person.verification_level}
    end(case, Command.REVOKE, actor=actor, at=clock.database_now(), reason="revoked")
    note(case, Command.NOTE, actor=actor, text=reason.strip())
    record(
        VerificationExpired(
            user_id=case.user_id, case_id=case.id, level=case.level, reason="revoked"
        ),
        key=case.user_id,
    )
    settle_level(person)
    record_staff_action(
        case,
        Command.REVOKE,
        actor=actor,
        reason=reason,
        before=before,
        after={"status": case.status, "level": person.verification_level},
    )
    return snapshot(case)
