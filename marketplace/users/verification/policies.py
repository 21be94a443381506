"""Who may judge whom."""

from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.users.models import User
from marketplace.users.verification.errors import MayNotReview, SecondReviewerNeeded
from marketplace.users.verification.facts import document_fingerprints
from marketplace.users.verification.models import VerificationCase

BY_TWO_PEOPLE = frozenset({"T3"})
"""Levels that hold only once two of our reviewers said yes, whoever else says so."""
REVIEW = "verification.review_verification"
"""The staff permission; administrators hold it, too."""


def check_may_review(actor: Actor, case: VerificationCase, person: User) -> None:
    """Reviewers; nobody themselves, and nobody whose account is tied to the person's.

    Tied is what this service can see: the same telephone number, or the same document shown by
    both. Who trades with whom is not known here. Raises MayNotReview, SecondReviewerNeeded.
    """
    if not is_reviewer(actor):
        raise MayNotReview("Reviewing is for people with that permission.")
    if actor.user_id == person.pk:
        raise MayNotReview("Nobody reviews their own verification.")
    if _are_tied(actor.user_id, case, person):
        raise MayNotReview("Your account shares a telephone number or a document with this one.")
    if case.first_approved_by_id is not None and case.first_approved_by_id == actor.user_id:
        raise SecondReviewerNeeded("You gave the first yes; the second is another person's.")


def is_reviewer(actor: Actor) -> bool:
    return actor.user_id is not None and actor.may(REVIEW)


def _are_tied(reviewer_id: UUID | None, case: VerificationCase, person: User) -> bool:
    if reviewer_id is None:
        return False
    # A proved number: anybody may type a reviewer's, and would so choose who judges.
    if person.phone_verified_at is not None:
        reviewer = User.objects.filter(pk=reviewer_id, phone_number=person.phone_number)
        if reviewer.exists():
            return True
    shown = document_fingerprints(case)
    return VerificationCase.objects.filter(
        user_id=reviewer_id, document_fingerprint__in=shown
    ).exists()
