from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.users.verification.errors import CaseRefused
from marketplace.users.verification.facts import state_facts
from marketplace.users.verification.repositories.cases import lock_own_case, snapshot, touch
from marketplace.users.verification.snapshots import CaseSnapshot


@opens_transaction
def update_case(*, case_id: UUID, actor: Actor, facts: Mapping[str, Any]) -> CaseSnapshot:
    """State facts anew, or take one back with an empty value, while the case is the person's.

    Raises NotFound, CaseRefused, FactsInvalid.
    """
    case, _ = lock_own_case(case_id, actor)
    if not case.is_editable:
        raise CaseRefused(status=case.status)
    touch(case, clock.now(), *state_facts(case, facts))
    return snapshot(case)
