from dataclasses import dataclass
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.users.verification import files
from marketplace.users.verification.models import VerificationDocument
from marketplace.users.verification.repositories.cases import IN_USE, note
from marketplace.users.verification.services._deciding import lock_claimed
from marketplace.users.verification.services._recording import record_staff_action
from marketplace.users.verification.transitions import Command


@dataclass(frozen=True, slots=True)
class DocumentPage:
    content: bytes
    media_type: str


def view_document(*, document_id: UUID, page: int, actor: Actor) -> DocumentPage:
    """One page in the clear, for the reviewer who holds its case; that they saw it is on record
    before they do.

    Raises NotFound, MayNotReview, SecondReviewerNeeded, CaseRefused, NotClaimed, Undecipherable.
    """
    document = _record_view(document_id=document_id, page=page, actor=actor)
    return DocumentPage(files.read_file(document)[page], document.media_type)


@opens_transaction
def _record_view(*, document_id: UUID, page: int, actor: Actor) -> VerificationDocument:
    document = IN_USE.filter(id=document_id).first()
    if document is None or not 0 <= page < document.page_count:
        raise NotFound("document")
    case, _ = lock_claimed(document.case_id, actor, clock.database_now())
    note(case, Command.VIEW, actor=actor, text=f"{document.kind}, page {page + 1}")
    record_staff_action(
        case,
        Command.VIEW,
        actor=actor,
        reason="Review",
        before={},
        after={"document": str(document.id), "page": page + 1},
    )
    return document
