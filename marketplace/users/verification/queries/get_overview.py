"""Where a person stands, and what would lift their limits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.users.queries import get_user
from marketplace.users.verification.facts import DOCUMENTS, FACTS
from marketplace.users.verification.limits import LevelLimit, read_level_limits
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.outside import offered_services
from marketplace.users.verification.repositories.cases import (
    WITH_DOCUMENTS,
    get_own_case,
    snapshot,
)
from marketplace.users.verification.snapshots import CaseSnapshot
from marketplace.users.verification.transitions import OPEN, CaseStatus

MOST_CASES = 20
LADDER = ("T1", "T2", "T3")


@dataclass(frozen=True, slots=True)
class Step:
    level: str
    is_held: bool
    valid_until: datetime | None
    facts: tuple[str, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """``next_level`` is what can be begun now; None when the top is reached or one is under way."""

    level: str
    status: str
    has_badge: bool
    steps: tuple[Step, ...]
    next_level: str | None
    next_action: str
    cases: tuple[CaseSnapshot, ...]
    """Newest first."""
    limits: Sequence[LevelLimit]
    services: tuple[str, ...]
    """Outside services that can verify instead of our reviewers."""


def get_case(*, case_id: UUID, actor: Actor) -> CaseSnapshot:
    """One's own case; raises NotFound."""
    return snapshot(get_own_case(case_id, actor))


def get_overview(*, user_id: UUID) -> Overview:
    """Level, badge, cases, limits and their use, and what comes next. Raises NotFound."""
    user = get_user(user_id=user_id)
    rows = VerificationCase.objects.filter(user_id=user_id).order_by("-id")
    cases = list(rows.prefetch_related(WITH_DOCUMENTS)[:MOST_CASES])
    held = {case.level: case for case in rows.filter(status=CaseStatus.APPROVED)}
    next_level, next_action = _next(held.keys(), cases)
    return Overview(
        level=user.verification_level,
        status=user.verification_status,
        has_badge=user.verification_status == "VERIFIED",
        steps=tuple(
            Step(
                level=level,
                is_held=level in held,
                valid_until=held[level].valid_until if level in held else None,
                facts=FACTS[level],
                documents=tuple(kind.value for kind in DOCUMENTS[level]),
            )
            for level in LADDER
        ),
        next_level=next_level,
        next_action=next_action,
        cases=tuple(snapshot(case) for case in cases),
        limits=read_level_limits(user_id, user.verification_level),
        services=tuple(service.name for service in offered_services()),
    )


def _next(held: Collection[str], cases: Sequence[VerificationCase]) -> tuple[str | None, str]:
    """The first step that is not held, and what to do about it."""
    step = next((level for level in LADDER if level not in held), None)
    if step is None:
        return None, ""
    open_case = next((case for case in cases if case.level == step and case.status in OPEN), None)
    if open_case is None:
        return step, "begin"
    if open_case.is_editable:
        return None, "hand_in"
    return None, "add_bank_account" if open_case.method == "BANK_MATCH" else "wait"
