"""Load, lock and save cases. The person's row is locked before the case."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.users.models import User
from marketplace.users.repositories.users import lock_user
from marketplace.users.verification.facts import FACTS, given_facts, wanted_documents
from marketplace.users.verification.models import (
    VerificationCase,
    VerificationDocument,
    VerificationEntry,
    VerificationPolicy,
)
from marketplace.users.verification.snapshots import CaseSnapshot, DocumentSnapshot
from marketplace.users.verification.transitions import Command

NOUN = "verification"
IN_USE = VerificationDocument.objects.filter(stored_at__isnull=False, removed_at__isnull=True)
WITH_DOCUMENTS = Prefetch("documents", queryset=IN_USE.order_by("kind"), to_attr="in_use")


@needs_transaction
def lock_case(case_id: UUID) -> tuple[VerificationCase, User]:
    """The case and its person, both locked; raises NotFound."""
    user_id = VerificationCase.objects.filter(id=case_id).values_list("user_id", flat=True).first()
    if user_id is None:
        raise NotFound(NOUN)
    user = lock_user(user_id)
    # NO KEY: documents that refer to the case may be reserved meanwhile.
    return VerificationCase.objects.select_for_update(no_key=True).get(id=case_id), user


@needs_transaction
def lock_own_case(case_id: UUID, actor: Actor) -> tuple[VerificationCase, User]:
    """The same for the person's own; somebody else's is not found."""
    get_own_case(case_id, actor)
    return lock_case(case_id)


def get_own_case(case_id: UUID, actor: Actor) -> VerificationCase:
    cases = VerificationCase.objects.filter(id=case_id)
    case = cases.filter(user_id=actor.user_id).first() if actor.user_id else None
    if case is None:
        raise NotFound(NOUN)
    return case


def documents_of(case: VerificationCase) -> list[VerificationDocument]:
    """What is part of the case now."""
    loaded: list[VerificationDocument] | None = getattr(case, "in_use", None)
    return list(IN_USE.filter(case=case).order_by("kind")) if loaded is None else loaded


def in_force(user_id: UUID, level: str) -> VerificationCase | None:
    return VerificationCase.objects.filter(user_id=user_id, level=level, status="APPROVED").first()


def missing_of(case: VerificationCase, documents: Iterable[VerificationDocument]) -> list[str]:
    """What submitting still needs, by name."""
    given, shown = set(given_facts(case)), {document.kind for document in documents}
    facts = [name for name in FACTS[case.level] if name not in given]
    return facts + [kind.value for kind in wanted_documents(case) if kind.value not in shown]


def policy_of(level: str) -> VerificationPolicy:
    """An installation whose operator removed the row still has the defaults of the model."""
    return VerificationPolicy.objects.filter(level=level).first() or VerificationPolicy(level=level)


def note(case: VerificationCase, command: Command, *, actor: Actor, text: str = "") -> None:
    VerificationEntry.objects.create(
        case=case, command=command, author_id=actor.user_id, text=text[:2000]
    )


def save_transition(case: VerificationCase, *columns: str) -> None:
    case.save(
        update_fields=[
            *("status", "claimed_by", "claimed_until", "ended_at", "version", "updated_at"),
            *columns,
        ]
    )


def touch(case: VerificationCase, at: datetime, *columns: str) -> None:
    case.version += 1
    case.updated_at = at
    case.save(update_fields=["version", "updated_at", *columns])


def snapshot(case: VerificationCase) -> CaseSnapshot:
    documents = documents_of(case)
    return CaseSnapshot(
        id=case.id,
        user_id=case.user_id,
        level=case.level,
        status=case.status,
        method=case.method,
        is_renewal=case.is_renewal,
        stated=given_facts(case),
        documents=tuple(
            DocumentSnapshot(each.id, each.kind, each.page_count, each.created_at)
            for each in documents
        ),
        missing=tuple(missing_of(case, documents)) if case.is_editable else (),
        reason=case.decision_code,
        message=case.decision_text,
        version=case.version,
        created_at=case.created_at,
        submitted_at=case.submitted_at,
        decided_at=case.decided_at,
        valid_until=case.valid_until,
    )
