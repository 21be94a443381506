"""What verification hands out: frozen, and without anything that was stated or shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DocumentSnapshot:
    """That it is there; what it shows is for reviewers."""

    id: UUID
    kind: str
    page_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CaseSnapshot:
    """A case as its person sees it."""

    id: UUID
    user_id: UUID
    level: str
    status: str
    method: str
    is_renewal: bool
    stated: tuple[str, ...]
    """Names of facts, not their values."""
    documents: tuple[DocumentSnapshot, ...]
    missing: tuple[str, ...]
    """Facts and documents that submitting still needs."""
    reason: str
    message: str
    version: int
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    valid_until: datetime | None
