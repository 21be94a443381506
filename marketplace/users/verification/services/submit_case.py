from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.verification.errors import FactsMissing
from marketplace.users.verification.events import VerificationSubmitted
from marketplace.users.verification.models import CaseMethod, VerificationCase
from marketplace.users.verification.repositories.cases import (
    documents_of,
    lock_own_case,
    missing_of,
    note,
    save_transition,
    snapshot,
)
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.snapshots import CaseSnapshot
from marketplace.users.verification.transitions import Command


@opens_transaction
def submit_case(*, case_id: UUID, actor: Actor) -> CaseSnapshot:
    """Hand a draft in, or what was asked for in addition; from now on it is ours to answer.

    A name alone is compared with the holders of the person's bank accounts; where a document is
    with it, people look at it. Raises NotFound, CaseRefused, FactsMissing.
    """
    case, user = lock_own_case(case_id, actor)
    case.check_allows(Command.SUBMIT)
    documents = documents_of(case)
    if missing := missing_of(case, documents):
        raise FactsMissing(
            f"Still needed: {', '.join(missing)}.",
            fields={name: ["Still needed."] for name in missing},
        )
    case.method = _method_of(case, has_documents=bool(documents))
    # What was handed in again keeps its place in the queue.
    case.submitted_at = case.submitted_at or clock.database_now()
    case.decision_code, case.decision_text = "", ""
    case.perform(Command.SUBMIT, at=clock.now())
    save_transition(case, "method", "submitted_at", "decision_code", "decision_text")
    note(case, Command.SUBMIT, actor=actor)
    record(
        VerificationSubmitted(
            user_id=case.user_id, case_id=case.id, level=case.level, method=case.method
        ),
        key=case.user_id,
    )
    settle_level(user)
    return snapshot(case)


def _method_of(case: VerificationCase, *, has_documents: bool) -> CaseMethod:
    if case.level == "T1" and not has_documents:
        return CaseMethod.BANK_MATCH
    return CaseMethod.PEOPLE
