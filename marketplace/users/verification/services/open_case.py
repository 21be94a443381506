from collections.abc import Mapping
from typing import Any

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import Forbidden
from marketplace.core.ids import new_id
from marketplace.users.repositories.users import lock_user
from marketplace.users.verification.errors import AlreadyVerified, CaseOpen, LowerLevelMissing
from marketplace.users.verification.facts import state_facts
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.repositories.cases import in_force, note, snapshot
from marketplace.users.verification.services._levels import LADDER
from marketplace.users.verification.snapshots import CaseSnapshot
from marketplace.users.verification.transitions import OPEN, Command


@opens_transaction
def open_case(*, actor: Actor, level: str, facts: Mapping[str, Any]) -> CaseSnapshot:
    """Begin a draft for ``level`` with what the person states so far.

    Where an approval of the level is in force this is its renewal, and the approval holds
    meanwhile. Raises CaseOpen, LowerLevelMissing, AlreadyVerified (an approval that never ends),
    FactsInvalid.
    """
    if actor.user_id is None:
        raise Forbidden("Only a person can be verified.")
    # The person's lock makes two requests at once one after the other.
    user = lock_user(actor.user_id)
    if VerificationCase.objects.filter(user=user, level=level, status__in=OPEN).exists():
        raise CaseOpen(f"A verification of {level} is open. Go on with it, or withdraw it.")
    _check_ladder(actor, level)
    held = in_force(user.pk, level)
    if held is not None and held.valid_until is None and level != "T1":
        raise AlreadyVerified(f"{level} is verified and does not run out.")
    now = clock.now()
    case = VerificationCase(
        id=new_id(),
        user=user,
        level=level,
        is_renewal=held is not None,
        created_at=now,
        updated_at=now,
    )
    state_facts(case, facts)
    case.save(force_insert=True)
    note(case, Command.OPEN_CASE, actor=actor)
    return snapshot(case)


def _check_ladder(actor: Actor, level: str) -> None:
    below = LADDER[: LADDER.index(level)]
    for step in below:
        if actor.user_id is None or in_force(actor.user_id, step) is None:
            raise LowerLevelMissing(f"Verify {step} first.", level=str(step))
