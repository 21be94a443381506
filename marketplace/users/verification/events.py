"""Published facts about verification. They carry ids and levels, never a name or a number."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.events import DomainEvent, domain_event


@dataclass(frozen=True, kw_only=True)
class VerificationFact(DomainEvent):
    """The members that every event of a case has."""

    user_id: UUID
    case_id: UUID
    level: str


@domain_event("users.VerificationSubmitted")
class VerificationSubmitted(VerificationFact):
    method: str


@domain_event("users.VerificationApproved")
class VerificationApproved(VerificationFact):
    valid_until: datetime | None


@domain_event("users.VerificationRejected")
class VerificationRejected(VerificationFact):
    reason: str


@domain_event("users.VerificationMoreRequested")
class VerificationMoreRequested(VerificationFact):
    reason: str


@domain_event("users.VerificationWithdrawn")
class VerificationWithdrawn(VerificationFact):
    pass


@domain_event("users.VerificationExpiring")
class VerificationExpiring(VerificationFact):
    """It ends soon; a renewal while it holds leaves no gap."""

    valid_until: datetime


@domain_event("users.VerificationExpired")
class VerificationExpired(VerificationFact):
    """``reason``: lapsed, revoked, unanswered, abandoned. One that a renewal replaces is silent."""

    reason: str


@domain_event("users.VerificationLevelChanged")
class VerificationLevelChanged(DomainEvent):
    """What the person may do from now on; deals that run keep what they were made under."""

    user_id: UUID
    level_before: str
    level: str
    is_verified: bool
