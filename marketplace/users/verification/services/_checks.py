"""What an outside service found becomes of a case."""

from datetime import datetime

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.users.verification.events import VerificationRejected
from marketplace.users.verification.models import CheckStatus, ServiceCheck
from marketplace.users.verification.outside import Outcome, Verdict
from marketplace.users.verification.repositories.cases import lock_case
from marketplace.users.verification.services._deciding import approve, end
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.transitions import CaseStatus, Command


@needs_transaction
def settle_check(service: str, outcome: Outcome, *, at: datetime) -> bool:
    """Let the outcome count, once: a later or repeated word about a check that ended is nothing.

    Returns whether something changed.
    """
    found = ServiceCheck.objects.filter(service=service, reference=outcome.reference).first()
    if found is None or outcome.verdict is Verdict.PENDING:
        return False
    case, user = lock_case(found.case_id)
    check = ServiceCheck.objects.select_for_update(no_key=True).get(id=found.id)
    if check.status != CheckStatus.STARTED:
        return False
    check.ended_at, check.code = at, outcome.code
    if case.status != CaseStatus.SUBMITTED:
        # Withdrawn meanwhile: the person's word counts, not the service's.
        check.status = CheckStatus.ABANDONED
        check.save(update_fields=["status", "code", "ended_at"])
        return False
    has_passed = outcome.verdict is Verdict.PASSED
    check.status = CheckStatus.PASSED if has_passed else CheckStatus.FAILED
    check.save(update_fields=["status", "code", "ended_at"])
    actor = Actor.provider(service)
    if has_passed:
        approve(case, user, Command.CONFIRM, actor=actor, at=at, text=service)
        return True
    case.decided_at = at
    end(case, Command.REFUSE, actor=actor, at=at, reason="service_refused")
    record(
        VerificationRejected(
            user_id=case.user_id, case_id=case.id, level=case.level, reason="service_refused"
        ),
        key=case.user_id,
    )
    settle_level(user)
    return True
