from collections.abc import Sequence
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import forbid_transaction, opens_transaction
from marketplace.core.errors import Unavailable
from marketplace.core.ids import new_id
from marketplace.users.verification import files
from marketplace.users.verification.errors import (
    CaseRefused,
    DocumentKindUnknown,
    TooManyUploads,
)
from marketplace.users.verification.facts import documents_of_level
from marketplace.users.verification.intake import Pages, read_pages
from marketplace.users.verification.models import VerificationCase, VerificationDocument
from marketplace.users.verification.repositories.cases import (
    IN_USE,
    get_own_case,
    lock_own_case,
    snapshot,
    touch,
)
from marketplace.users.verification.snapshots import CaseSnapshot

MAX_UPLOADS_PER_CASE = 40
"""With what was replaced and removed: an account is no place to store files."""


def add_document(*, case_id: UUID, actor: Actor, kind: str, data: bytes) -> CaseSnapshot:
    """Put a picture or a PDF into a case that is the person's; a second of its kind replaces it.

    It is decoded and drawn anew, and only that is kept, sealed. Three steps: the row, the file, and
    under the case's lock the word that it is whole. A crash between them leaves a row that the job
    ``users.erase_files`` takes away with whatever was written; never a file without a row.
    Raises NotFound, CaseRefused, DocumentKindUnknown, TooManyUploads, UploadRefused,
    UploadQuotaUsedUp, UploadsBusy, Unavailable.
    """
    forbid_transaction("Decoding a document")
    case = get_own_case(case_id, actor)
    _check_before_work(case, kind)
    pages = read_pages(data, user_id=case.user_id)
    document = _reserve(case_id=case_id, actor=actor, kind=kind, pages=pages)
    files.write_file(document, pages.content)
    return _attach(case_id=case_id, actor=actor, document_id=document.id)


def _check_before_work(case: VerificationCase, kind: str) -> None:
    """Refuse early what would be refused anyway."""
    if not case.is_editable:
        raise CaseRefused(status=case.status)
    wanted: Sequence[str] = documents_of_level(case.level)
    if kind not in wanted:
        raise DocumentKindUnknown(
            f"A verification of {case.level} takes {', '.join(wanted)}.", accepted=list(wanted)
        )


@opens_transaction
def _reserve(*, case_id: UUID, actor: Actor, kind: str, pages: Pages) -> VerificationDocument:
    case, _ = lock_own_case(case_id, actor)
    _check_before_work(case, kind)
    if VerificationDocument.objects.filter(case=case).count() >= MAX_UPLOADS_PER_CASE:
        raise TooManyUploads(
            f"At most {MAX_UPLOADS_PER_CASE} files for one verification, replaced ones included."
        )
    document_id = new_id()
    return VerificationDocument.objects.create(
        id=document_id,
        case=case,
        kind=kind,
        media_type=pages.media_type,
        page_count=len(pages.content),
        size_bytes=sum(len(page) for page in pages.content),
        file_name=files.new_file_name(),
        file_key_encrypted=files.new_sealed_key(document_id),
    )


@opens_transaction
def _attach(*, case_id: UUID, actor: Actor, document_id: UUID) -> CaseSnapshot:
    case, _ = lock_own_case(case_id, actor)
    # Submitted meanwhile: what the reviewers see does not change under them. The job takes the
    # file away again.
    if not case.is_editable:
        raise CaseRefused(status=case.status)
    document = VerificationDocument.objects.select_for_update(no_key=True).get(id=document_id)
    if document.removed_at is not None:
        # It took so long that the job took it for dead.
        raise Unavailable("The file took too long. Send it again.")
    now = clock.now()
    IN_USE.filter(case=case, kind=document.kind).update(removed_at=now)
    document.stored_at = now
    document.save(update_fields=["stored_at"])
    touch(case, now)
    return snapshot(case)
