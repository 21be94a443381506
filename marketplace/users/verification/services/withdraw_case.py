from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.verification.events import VerificationWithdrawn
from marketplace.users.verification.repositories.cases import lock_own_case, snapshot
from marketplace.users.verification.services._deciding import end
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.snapshots import CaseSnapshot
from marketplace.users.verification.transitions import Command


@opens_transaction
def withdraw_case(*, case_id: UUID, actor: Actor) -> CaseSnapshot:
    """The person takes the case back, also from under review. Raises NotFound, CaseRefused."""
    case, user = lock_own_case(case_id, actor)
    end(case, Command.WITHDRAW, actor=actor, at=clock.database_now(), reason="withdrawn")
    record(
        VerificationWithdrawn(user_id=case.user_id, case_id=case.id, level=case.level),
        key=case.user_id,
    )
    settle_level(user)
    return snapshot(case)
