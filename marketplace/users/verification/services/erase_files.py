from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.users.verification import files
from marketplace.users.verification.facts import forget_facts
from marketplace.users.verification.models import VerificationCase, VerificationDocument
from marketplace.users.verification.repositories.cases import lock_case, touch
from marketplace.users.verification.transitions import ENDED

HALF_STORED_AFTER = timedelta(hours=1)
"""No upload takes so long: what is not whole by then never will be."""
BATCH_SIZE = 100


def erase_files() -> int:
    """Delete a batch of files that are part of no case any more; returns how many.

    Files that were removed or replaced, those of an upload that died half way, and all of a case
    whose time after its end is over, with its facts. The file goes first, then the row says so: a
    crash between asks for a deletion twice, which is none.
    """
    _forget_cases()
    now = clock.database_now()
    due = VerificationDocument.objects.filter(erased_at__isnull=True).filter(
        Q(removed_at__isnull=False)
        | Q(stored_at__isnull=True, created_at__lte=now - HALF_STORED_AFTER)
    )
    documents = list(due.order_by("created_at")[:BATCH_SIZE])
    for document in documents:
        files.delete_file(document)
        _mark_erased(document_id=document.id)
    return len(documents)


@opens_transaction
def _mark_erased(*, document_id: UUID) -> None:
    now = clock.database_now()
    document = VerificationDocument.objects.select_for_update(no_key=True).get(id=document_id)
    document.erased_at = now
    document.removed_at = document.removed_at or now
    document.file_key_encrypted = None
    document.save(update_fields=["erased_at", "removed_at", "file_key_encrypted"])


def _forget_cases() -> None:
    now = clock.database_now()
    due = VerificationCase.objects.filter(erase_at__lte=now, erased_at__isnull=True)
    for case_id in list(due.order_by("erase_at").values_list("id", flat=True)[:BATCH_SIZE]):
        _forget_case(case_id=case_id)


@opens_transaction
def _forget_case(*, case_id: UUID) -> None:
    case, _ = lock_case(case_id)
    if case.status not in ENDED:
        return
    now = clock.database_now()
    VerificationDocument.objects.filter(case=case, removed_at__isnull=True).update(removed_at=now)
    case.erased_at = now
    touch(case, now, "erased_at", *forget_facts(case))
