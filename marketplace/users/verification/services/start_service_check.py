from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.verification.errors import CaseRefused, FactsMissing, ServiceUnavailable
from marketplace.users.verification.events import VerificationSubmitted
from marketplace.users.verification.facts import FACTS, given_facts, open_facts
from marketplace.users.verification.models import (
    CaseMethod,
    CheckStatus,
    ServiceCheck,
)
from marketplace.users.verification.outside import (
    Session,
    StartRequest,
    Unreachable,
    service_for,
)
from marketplace.users.verification.repositories.cases import (
    lock_own_case,
    note,
    save_transition,
)
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.transitions import Command


def start_service_check(*, case_id: UUID, actor: Actor, return_url: str) -> str:
    """Hand a draft to an outside service instead of our reviewers; returns where the person goes.

    The intent is committed, the service is asked outside any transaction under the intent's id, and
    its answer is recorded. Asked again after a lost answer, the same check goes on; where the
    facts have changed since, another one begins, and what the service says of the first is nothing.
    Raises NotFound, CaseRefused, FactsMissing, ServiceNotOffered, ServiceUnavailable.
    """
    request = _intend(case_id=case_id, actor=actor, return_url=return_url)
    try:
        session = service_for(request.level).start(request)
    except Unreachable as silence:
        raise ServiceUnavailable("Try again in a moment, or hand in documents.") from silence
    _record(case_id=case_id, actor=actor, check_id=request.check_id, session=session)
    return session.url


@opens_transaction
def _intend(*, case_id: UUID, actor: Actor, return_url: str) -> StartRequest:
    case, _ = lock_own_case(case_id, actor)
    service = service_for(case.level)
    case.check_allows(Command.SUBMIT)
    if missing := [name for name in FACTS[case.level] if name not in given_facts(case)]:
        raise FactsMissing(fields={name: ["Still needed."] for name in missing})
    created = ServiceCheck.objects.filter(case=case, status=CheckStatus.CREATED)
    created.exclude(case_version=case.version).update(
        status=CheckStatus.ABANDONED, ended_at=clock.database_now()
    )
    check = created.first() or ServiceCheck.objects.create(
        case=case, case_version=case.version, service=service.name
    )
    return StartRequest(
        check_id=check.id,
        level=case.level,
        legal_name=open_facts(case)["legal_name"],
        country=case.country,
        return_url=return_url,
    )


@opens_transaction
def _record(*, case_id: UUID, actor: Actor, check_id: UUID, session: Session) -> None:
    case, user = lock_own_case(case_id, actor)
    check = ServiceCheck.objects.select_for_update(no_key=True).get(id=check_id)
    if check.status == CheckStatus.STARTED:
        # Two requests at once began one check: it is recorded already.
        return
    if check.status != CheckStatus.CREATED or check.case_version != case.version:
        raise CaseRefused(status=case.status, detail="It was changed meanwhile. Begin again.")
    now = clock.database_now()
    check.status, check.reference, check.ask_at = CheckStatus.STARTED, session.reference, now
    check.save(update_fields=["status", "reference", "ask_at"])
    case.method, case.submitted_at = CaseMethod.SERVICE, case.submitted_at or now
    case.decision_code, case.decision_text = "", ""
    case.perform(Command.SUBMIT, at=now)
    save_transition(case, "method", "submitted_at", "decision_code", "decision_text")
    note(case, Command.SUBMIT, actor=actor, text=check.service)
    record(
        VerificationSubmitted(
            user_id=case.user_id, case_id=case.id, level=case.level, method=case.method
        ),
        key=case.user_id,
    )
    settle_level(user)
