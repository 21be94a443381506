"""A person's level and badge follow from their cases, and are written nowhere else."""

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.users.models import User, VerificationLevel, VerificationStatus
from marketplace.users.verification.events import VerificationLevelChanged
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.transitions import CaseStatus

LADDER = (VerificationLevel.T1, VerificationLevel.T2, VerificationLevel.T3)
WITH_BADGE = frozenset({VerificationLevel.T2, VerificationLevel.T3})
"""A document was looked at: by one of our reviewers, or by a service that the platform trusts."""
PENDING = (CaseStatus.SUBMITTED, CaseStatus.IN_REVIEW, CaseStatus.MORE_REQUESTED)


@needs_transaction
def settle_level(user: User) -> None:
    """Set the locked account's level and status to what its cases say.

    A level counts with all those below it only: when an identity lapses, the business that stands
    on it does not count until the identity is renewed.
    """
    cases = VerificationCase.objects.filter(
        user_id=user.pk, status__in=(CaseStatus.APPROVED, *PENDING)
    ).values_list("level", "status")
    held = {level for level, status in cases if status == CaseStatus.APPROVED}
    level = VerificationLevel.T0
    for step in LADDER:
        if step not in held:
            break
        level = step
    if level in WITH_BADGE:
        status = VerificationStatus.VERIFIED
    elif any(step in WITH_BADGE and state in PENDING for step, state in cases):
        status = VerificationStatus.PENDING
    else:
        status = VerificationStatus.UNVERIFIED
    _write(user, level, status)


def _write(user: User, level: str, status: str) -> None:
    before = user.verification_level
    if (before, user.verification_status) == (level, status):
        return
    user.verification_level, user.verification_status = level, status
    user.updated_at = clock.now()
    user.save(update_fields=["verification_level", "verification_status", "updated_at"])
    if before != level:
        record(
            VerificationLevelChanged(
                user_id=user.pk,
                level_before=before,
                level=level,
                is_verified=status == VerificationStatus.VERIFIED,
            ),
            key=user.pk,
        )
