from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.users.verification.repositories.cases import note, save_transition, snapshot
from marketplace.users.verification.services._deciding import lock_claimed
from marketplace.users.verification.snapshots import CaseSnapshot
from marketplace.users.verification.transitions import Command


@opens_transaction
def release_case(*, case_id: UUID, actor: Actor) -> CaseSnapshot:
    """Put a case back where it was in the queue. Raises NotFound, MayNotReview, CaseRefused,
    NotClaimed."""
    now = clock.database_now()
    case, _ = lock_claimed(case_id, actor, now)
    case.perform(Command.RELEASE, at=now)
    save_transition(case)
    note(case, Command.RELEASE, actor=actor)
    return snapshot(case)
