from collections.abc import Collection
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.users.models import VerificationLevel
from marketplace.users.repositories.users import lock_user
from marketplace.users.verification.events import VerificationExpired
from marketplace.users.verification.reasons import ACCOUNT_REFUSED
from marketplace.users.verification.repositories.cases import in_force, note, touch
from marketplace.users.verification.services._deciding import end
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.transitions import Command

ACTOR = Actor.system("users.doubt_account_match")


@needs_transaction
def doubt_account_match(*, user_id: UUID, bank_account_ids: Collection[UUID]) -> bool:
    """End a T1 that stands on one of these accounts: the bank sent a payout to it back.

    Payments calls it. A bank's refusal is the one word about the holder that the person did not
    write. Where somebody has looked at an identity since, the name hangs on the account no longer,
    and a closed account takes nothing away; but T1 is marked, and ends with that identity.
    Returns whether it ended something.
    """
    person = lock_user(user_id)
    case = in_force(user_id, VerificationLevel.T1)
    if case is None or case.matched_account_id not in bank_account_ids:
        return False
    now = clock.database_now()
    if person.verification_level != VerificationLevel.T1:
        if case.decision_code != ACCOUNT_REFUSED:
            case.decision_code = ACCOUNT_REFUSED
            touch(case, now, "decision_code")
            note(case, Command.NOTE, actor=ACTOR, text=ACCOUNT_REFUSED)
        return False
    end(case, Command.REVOKE, actor=ACTOR, at=now, reason=ACCOUNT_REFUSED)
    record(
        VerificationExpired(
            user_id=user_id, case_id=case.id, level=case.level, reason=ACCOUNT_REFUSED
        ),
        key=user_id,
    )
    settle_level(person)
    return True
