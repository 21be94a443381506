"""What every decision does besides the transition."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.users.models import User
from marketplace.users.verification.errors import CaseRefused, NotClaimed
from marketplace.users.verification.events import VerificationApproved, VerificationExpired
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.policies import check_may_review
from marketplace.users.verification.reasons import ACCOUNT_REFUSED
from marketplace.users.verification.repositories.cases import (
    in_force,
    lock_case,
    note,
    policy_of,
    save_transition,
)
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.transitions import CaseStatus, Command

BANK = Actor.system("users.doubt_account_match")


@needs_transaction
def lock_claimed(case_id: UUID, actor: Actor, at: datetime) -> tuple[VerificationCase, User]:
    """The case that this reviewer holds now. Raises NotFound, MayNotReview,
    SecondReviewerNeeded, CaseRefused, NotClaimed."""
    case, person = lock_case(case_id)
    check_may_review(actor, case, person)
    if case.status != CaseStatus.IN_REVIEW:
        raise CaseRefused(status=case.status)
    if actor.user_id is None or not case.is_held_by(actor.user_id, at):
        raise NotClaimed("Your claim is over or another reviewer's. Claim the case again.")
    return case, person


@needs_transaction
def approve(
    case: VerificationCase,
    person: User,
    command: Command,
    *,
    actor: Actor,
    at: datetime,
    runs_out_on: date | None = None,
    text: str = "",
) -> None:
    """Make the approval hold: an older one of the level ends, the level and the badge follow."""
    case.check_allows(command)
    older = in_force(case.user_id, case.level)
    if older is not None:
        # First, because only one approval of a level can be in force.
        end(older, Command.REPLACE, actor=actor, at=at, reason="renewed")
    case.decided_by_id, case.decided_at = actor.user_id, at
    case.decision_code, case.decision_text = "", ""
    case.valid_until, case.remind_at = _validity(case.level, at, runs_out_on)
    case.perform(command, at=at)
    save_transition(
        case,
        *("decided_by", "decided_at", "decision_code", "decision_text"),
        *("valid_until", "remind_at", "matched_account_id"),
    )
    note(case, command, actor=actor, text=text)
    record(
        VerificationApproved(
            user_id=case.user_id,
            case_id=case.id,
            level=case.level,
            valid_until=case.valid_until,
        ),
        key=case.user_id,
    )
    settle_level(person)


@needs_transaction
def end(
    case: VerificationCase, command: Command, *, actor: Actor, at: datetime, reason: str
) -> None:
    """Lead the case to its end; its files and facts go when the policy says.

    With an identity ends a T1 whose account the bank refused while the identity stood for the name.
    """
    was_identity = (case.level, case.status) == ("T2", CaseStatus.APPROVED)
    case.perform(command, at=at)
    case.decision_code = reason
    case.erase_at = at + timedelta(days=policy_of(case.level).keep_days)
    save_transition(case, "decision_code", "decision_text", "erase_at", "decided_by", "decided_at")
    note(case, command, actor=actor, text=reason)
    if was_identity and command != Command.REPLACE:
        _end_refused_match(case.user_id, at)


@needs_transaction
def _end_refused_match(user_id: UUID, at: datetime) -> None:
    match = in_force(user_id, "T1")
    if match is None or match.decision_code != ACCOUNT_REFUSED:
        return
    end(match, Command.REVOKE, actor=BANK, at=at, reason=ACCOUNT_REFUSED)
    record(
        VerificationExpired(
            user_id=user_id, case_id=match.id, level=match.level, reason=ACCOUNT_REFUSED
        ),
        key=user_id,
    )


def _validity(
    level: str, at: datetime, runs_out_on: date | None
) -> tuple[datetime | None, datetime | None]:
    """Until the document runs out or the policy's period is over, whichever is sooner; and when
    the person is reminded."""
    policy = policy_of(level)
    ends = []
    if policy.valid_days is not None:
        ends.append(at + timedelta(days=policy.valid_days))
    if runs_out_on is not None:
        ends.append(datetime.combine(runs_out_on, time.max, UTC))
    if not ends:
        return None, None
    valid_until = min(ends)
    return valid_until, max(at, valid_until - timedelta(days=policy.remind_days))
