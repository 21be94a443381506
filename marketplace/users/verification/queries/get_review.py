"""What a reviewer sees beside the documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.users.models import User
from marketplace.users.verification.facts import document_fingerprints, open_facts
from marketplace.users.verification.models import (
    DocumentType,
    VerificationCase,
    VerificationDocument,
    VerificationEntry,
)
from marketplace.users.verification.names import is_same_name
from marketplace.users.verification.repositories.cases import documents_of, in_force
from marketplace.users.verification.transitions import CaseStatus

LABELS = {
    "legal_name": "Legal name",
    "date_of_birth": "Born",
    "country": "Country",
    "document_type": "Document",
    "document_number": "Number",
    "address": "Address",
    "business_name": "Business",
    "registration_number": "Registration",
}
MOST_ENTRIES = 100
DAYS_OF_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to look at twice; ``is_alarming`` as opposed to good to know."""

    text: str
    is_alarming: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """``facts`` and ``documents`` are there for the holder of the case alone."""

    case: VerificationCase
    is_mine: bool
    is_held: bool
    facts: Sequence[tuple[str, str, str]]
    """Name, label, value."""
    documents: Sequence[VerificationDocument]
    hints: Sequence[Hint]
    entries: Sequence[VerificationEntry]
    read_at: datetime


def get_review(*, case_id: UUID, actor: Actor) -> Review:
    """The case with its story; what was stated and shown only while this reviewer holds it."""
    people = ("user", "claimed_by", "first_approved_by", "decided_by")
    case = VerificationCase.objects.select_related(*people).filter(id=case_id).first()
    if case is None or actor.user_id is None:
        raise NotFound("verification")
    now = clock.database_now()
    is_mine = case.status == CaseStatus.IN_REVIEW and case.is_held_by(actor.user_id, now)
    facts = open_facts(case) if is_mine else {}
    entries = VerificationEntry.objects.filter(case=case).select_related("author")
    return Review(
        case=case,
        is_mine=is_mine,
        is_held=case.is_held_at(now),
        facts=[
            (name, LABELS[name], _shown(name, facts[name], now.date()))
            for name in LABELS
            if name in facts
        ],
        documents=documents_of(case) if is_mine else (),
        hints=_hints(case, facts) if is_mine else (),
        entries=list(entries.order_by("-id")[:MOST_ENTRIES]),
        read_at=now,
    )


def _shown(name: str, value: str, today: date) -> str:
    if name == "document_type":
        return str(DocumentType(value).label).capitalize()
    if name == "date_of_birth":
        years = int((today - date.fromisoformat(value)).days / DAYS_OF_YEAR)
        return f"{value} ({years} years)"
    return value


def _hints(case: VerificationCase, facts: dict[str, str]) -> list[Hint]:
    hints = []
    others = _others_with_document(case)
    if others:
        hints.append(Hint(f"{others} other account(s) showed the same document.", True))
    name = facts.get("legal_name", "")
    below = in_force(case.user_id, "T1")
    known = open_facts(below).get("legal_name", "") if below and case.level != "T1" else ""
    if name and known and not is_same_name(name, known):
        hints.append(Hint(f"The bank account was matched with another name: {known}.", True))
    account = f"{case.user.first_name} {case.user.last_name}".strip()
    if name and not is_same_name(name, account):
        hints.append(Hint(f"The account is in another name: {account or 'none'}."))
    earlier = VerificationCase.objects.filter(user_id=case.user_id, level=case.level)
    if refused := earlier.filter(status=CaseStatus.REJECTED).count():
        hints.append(Hint(f"Refused {refused} time(s) before.", True))
    if case.is_renewal:
        hints.append(Hint("A renewal: the earlier approval holds meanwhile."))
    if case.first_approved_by_id:
        hints.append(Hint(f"First yes by {case.first_approved_by}; yours is the second."))
    return hints


def _others_with_document(case: VerificationCase) -> int:
    shown = document_fingerprints(case)
    if not shown:
        return 0
    same = VerificationCase.objects.filter(document_fingerprint__in=shown)
    accounts = same.exclude(user_id=case.user_id).values("user_id").distinct()
    return User.objects.filter(pk__in=accounts).count()
