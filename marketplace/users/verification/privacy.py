"""What verification knows of a person, and how it forgets it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from marketplace.core import clock
from marketplace.core.privacy import (
    ExportedFile,
    PersonalData,
    excuse_model,
    register_personal_data,
)
from marketplace.users.repositories.users import lock_user
from marketplace.users.verification import files
from marketplace.users.verification.facts import forget_facts, open_facts
from marketplace.users.verification.models import (
    VerificationCase,
    VerificationDocument,
    VerificationEntry,
)
from marketplace.users.verification.repositories.cases import IN_USE
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.transitions import CaseStatus


def _cases(user_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "level": case.level,
            "status": case.status,
            "stated": open_facts(case),
            "submitted_at": case.submitted_at,
            "decided_at": case.decided_at,
            "reason": case.decision_code,
            "message": case.decision_text,
            "valid_until": case.valid_until,
            "created_at": case.created_at,
        }
        for case in VerificationCase.objects.filter(user_id=user_id).order_by("id")
    ]


def _documents(user_id: UUID) -> Iterator[ExportedFile]:
    for document in IN_USE.filter(case__user_id=user_id).order_by("id"):
        for page in range(document.page_count):
            yield ExportedFile(
                f"verification/{document.kind.lower()}-{document.id}-{page + 1}.webp",
                lambda document=document, page=page: files.read_file(document)[page],  # type: ignore[misc]
            )


def _forget(user_id: UUID) -> int:
    """Facts and documents go; that somebody was verified, when and by whom, stays with the id.

    The files themselves are deleted by the job ``users.erase_verification_files`` within a minute:
    a transaction deletes no file that it might have to give back.
    """
    now = clock.now()
    touched = VerificationDocument.objects.filter(
        case__user_id=user_id, removed_at__isnull=True
    ).update(removed_at=now)
    for case in VerificationCase.objects.select_for_update(no_key=True).filter(user_id=user_id):
        case.decision_text = ""
        case.status, was_over = _closed(case.status), case.ended_at
        case.claimed_by_id, case.claimed_until = None, None
        case.ended_at, case.erased_at = was_over or now, now
        case.save(
            update_fields=[
                *("status", "claimed_by", "claimed_until", "ended_at", "erased_at"),
                *("decision_text", *forget_facts(case)),
            ]
        )
        touched += 1
    settle_level(lock_user(user_id))
    words = VerificationEntry.objects.filter(case__user_id=user_id).exclude(text="")
    return touched + words.update(text="")


def _closed(status: str) -> str:
    if status == CaseStatus.APPROVED:
        return CaseStatus.EXPIRED
    is_over = status in (CaseStatus.REJECTED, CaseStatus.EXPIRED)
    return status if is_over else CaseStatus.WITHDRAWN


register_personal_data(
    PersonalData(
        name="users.verification",
        title="Verification: what you stated and showed",
        why="To know that people who trade are who they say they are.",
        kept="While the verification holds, and 90 days after its end.",
        models=(
            "verification.VerificationCase",
            "verification.VerificationDocument",
            "verification.VerificationEntry",
        ),
        export=_cases,
        erase=_forget,
        files=_documents,
    )
)
excuse_model("verification.ServiceCall", "The id of a check and its outcome, nothing of a person.")
