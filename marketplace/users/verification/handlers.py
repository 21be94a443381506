"""What follows from verification: the person is told."""

from marketplace.core.events import handles
from marketplace.users.verification import letters
from marketplace.users.verification.events import (
    VerificationApproved,
    VerificationExpired,
    VerificationExpiring,
    VerificationMoreRequested,
    VerificationRejected,
    VerificationSubmitted,
)
from marketplace.users.verification.models import CaseMethod


@handles(VerificationSubmitted, consumer="users.write_verification_received")
def on_submitted(event: VerificationSubmitted) -> None:
    if event.method == CaseMethod.PEOPLE:
        letters.write_received(event.user_id, event.level)


@handles(VerificationApproved, consumer="users.write_verification_approved")
def on_approved(event: VerificationApproved) -> None:
    letters.write_approved(event.user_id, event.level, event.valid_until)


@handles(VerificationRejected, consumer="users.write_verification_rejected")
def on_rejected(event: VerificationRejected) -> None:
    letters.write_rejected(event.user_id, event.level, event.case_id)


@handles(VerificationMoreRequested, consumer="users.write_verification_more_requested")
def on_more_requested(event: VerificationMoreRequested) -> None:
    letters.write_more_requested(event.user_id, event.level, event.case_id)


@handles(VerificationExpiring, consumer="users.write_verification_expiring")
def on_expiring(event: VerificationExpiring) -> None:
    letters.write_expiring(event.user_id, event.level, event.valid_until)


@handles(VerificationExpired, consumer="users.write_verification_expired")
def on_expired(event: VerificationExpired) -> None:
    letters.write_expired(event.user_id, event.level, event.reason)
