from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.users.verification.errors import CaseRefused
from marketplace.users.verification.repositories.cases import (
    IN_USE,
    lock_own_case,
    snapshot,
    touch,
)
from marketplace.users.verification.snapshots import CaseSnapshot


@opens_transaction
def remove_document(*, case_id: UUID, document_id: UUID, actor: Actor) -> CaseSnapshot:
    """Take a document out of a case that is the person's; the job erases its file in a moment.

    Raises NotFound, CaseRefused.
    """
    case, _ = lock_own_case(case_id, actor)
    document = IN_USE.filter(case=case, id=document_id).first()
    if document is None:
        raise NotFound("document")
    if not case.is_editable:
        raise CaseRefused(status=case.status)
    document.removed_at = now = clock.now()
    document.save(update_fields=["removed_at"])
    touch(case, now)
    return snapshot(case)
