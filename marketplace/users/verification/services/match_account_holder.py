from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.users.repositories.users import lock_user
from marketplace.users.verification.facts import open_facts
from marketplace.users.verification.models import CaseMethod, VerificationCase
from marketplace.users.verification.names import is_same_name
from marketplace.users.verification.repositories.cases import note, touch
from marketplace.users.verification.services._deciding import approve
from marketplace.users.verification.transitions import CaseStatus, Command

HOLDER_DIFFERS = "holder_differs"
ACCOUNT_SHARED = "account_shared"
ACTOR = Actor.system("users.match_account_holder")


@needs_transaction
def match_account_holder(
    *,
    user_id: UUID,
    bank_account_id: UUID,
    account_holder: str,
    kept_by_others: Mapping[UUID, UUID] = MappingProxyType({}),
) -> bool:
    """Compare a bank account's holder with the legal name of the person's open T1, if any.

    Payments calls it when an account is added and when a name is handed in. The same name approves
    the case at once; another one is noted, so that the person is told what to do. An account proves
    one person: where one of ``kept_by_others``, the rows of the same number with their owners, has
    ever given T1, people have to look.
    Returns whether it approved something.
    """
    open_t1 = VerificationCase.objects.filter(
        user_id=user_id,
        level="T1",
        status=CaseStatus.SUBMITTED,
        method=CaseMethod.BANK_MATCH,
    )
    if not open_t1.exists():
        return False
    user = lock_user(user_id)
    # Asked again under the lock: two accounts added at once approve once.
    case = open_t1.select_for_update(no_key=True).first()
    if case is None:
        return False
    now = clock.database_now()
    if not is_same_name(open_facts(case).get("legal_name", ""), account_holder):
        _note(case, now, HOLDER_DIFFERS)
        return False
    if _has_proved_another(kept_by_others):
        _note(case, now, ACCOUNT_SHARED)
        return False
    case.matched_account_id = bank_account_id
    approve(case, user, Command.CONFIRM, actor=ACTOR, at=now)
    return True


def _has_proved_another(kept: Mapping[UUID, UUID]) -> bool:
    """Also when what it gave has ended since. People find their cases by an index."""
    return VerificationCase.objects.filter(
        user_id__in=set(kept.values()), matched_account_id__in=kept.keys()
    ).exists()


def _note(case: VerificationCase, now: datetime, code: str) -> None:
    if case.decision_code == code:
        return
    case.decision_code = code
    touch(case, now, "decision_code")
    note(case, Command.NOTE, actor=ACTOR, text=code)
