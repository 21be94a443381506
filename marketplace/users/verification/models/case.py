from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.security.sealed import EncryptedField
from marketplace.users.verification.errors import CaseRefused
from marketplace.users.verification.reasons import reason_text
from marketplace.users.verification.transitions import (
    EDITABLE,
    OPEN,
    TRANSITIONS,
    WAITING,
    CaseStatus,
    Command,
)

LEVELS = [("T1", "T1: name and bank account"), ("T2", "T2: identity"), ("T3", "T3: business")]


def _sealed(fact: str) -> EncryptedField:
    return EncryptedField(null=True, bound_as=f"verification.VerificationCase.{fact}")


class CaseMethod(models.TextChoices):
    """Who finds out whether what the person states is true."""

    BANK_MATCH = "BANK_MATCH", "the holder of a bank account"
    PEOPLE = "PEOPLE", "our reviewers"
    SERVICE = "SERVICE", "an outside service"


class DocumentType(models.TextChoices):
    PASSPORT = "PASSPORT", "passport"
    NATIONAL_ID = "NATIONAL_ID", "national identity card"
    DRIVING_LICENCE = "DRIVING_LICENCE", "driving licence"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT", "residence permit"


class VerificationCase(models.Model):
    """One person's way to one level: what they state, who judged it, and until when it holds.

    Kept by the database: one open case and one approval in force for each person and level;
    nobody judges their own; an approval of T3 by reviewers names two different people; a case in
    review has exactly one holder, and only that has one. ``status`` changes through
    :meth:`perform` only, which follows ``verification.transitions``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=2, choices=LEVELS)
    status = models.CharField(max_length=14, choices=CaseStatus, default=CaseStatus.DRAFT)
    method = models.CharField(max_length=10, choices=CaseMethod, default=CaseMethod.PEOPLE)
    is_renewal = models.BooleanField(default=False)
    """An approval of the same level was in force when it was opened; it holds meanwhile."""

    country = models.CharField(max_length=2, blank=True, default="")
    """ISO 3166: whose document or register it is."""
    document_type = models.CharField(max_length=16, choices=DocumentType, blank=True, default="")
    legal_name_encrypted = _sealed("legal_name")
    date_of_birth_encrypted = _sealed("date_of_birth")
    document_number_encrypted = _sealed("document_number")
    address_encrypted = _sealed("address")
    business_name_encrypted = _sealed("business_name")
    registration_number_encrypted = _sealed("registration_number")
    document_fingerprint = models.BinaryField(null=True)
    """Of country, type and number: tells that two accounts show one document, and nothing else."""

    submitted_at = models.DateTimeField(null=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True)
    first_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    first_approved_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """Null where the bank account or an outside service decided."""
    decided_at = models.DateTimeField(null=True)
    decision_code = models.CharField(max_length=40, blank=True, default="")
    decision_text = models.CharField(max_length=2000, blank=True, default="")
    """What the person is told, besides the reason's own words."""
    matched_account_id = models.UUIDField(null=True)
    """The bank account, of the payment service, whose holder matched."""
    valid_until = models.DateTimeField(null=True)
    """When the approval lapses; null holds for good."""
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    erase_at = models.DateTimeField(null=True)
    """When its files and facts go, after its end."""
    erased_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "users_verification_case"
        permissions = (("review_verification", "Can review verification cases"),)
        constraints = (
            models.UniqueConstraint(
                fields=["user", "level"],
                condition=Q(status__in=OPEN),
                name="verification_one_open_per_level",
            ),
            models.UniqueConstraint(
                fields=["user", "level"],
                condition=Q(status=CaseStatus.APPROVED),
                name="verification_one_in_force_per_level",
            ),
            models.CheckConstraint(
                condition=Q(status__in=CaseStatus.values), name="verification_status_known"
            ),
            models.CheckConstraint(
                condition=Q(level__in=[level for level, _ in LEVELS]),
                name="verification_level_known",
            ),
            models.CheckConstraint(
                condition=Q(method__in=CaseMethod.values), name="verification_method_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=CaseStatus.IN_REVIEW,
                    claimed_by__isnull=False,
                    claimed_until__isnull=False,
                )
                | (
                    ~Q(status=CaseStatus.IN_REVIEW)
                    & Q(claimed_by__isnull=True, claimed_until__isnull=True)
                ),
                name="verification_in_review_has_holder",
            ),
            models.CheckConstraint(
                condition=~Q(claimed_by=F("user"))
                & ~Q(first_approved_by=F("user"))
                & ~Q(decided_by=F("user")),
                name="verification_nobody_judges_themselves",
            ),
            models.CheckConstraint(
                condition=~Q(status=CaseStatus.APPROVED)
                | ~Q(level="T3", method=CaseMethod.PEOPLE)
                | (
                    Q(first_approved_by__isnull=False, decided_by__isnull=False)
                    & ~Q(first_approved_by=F("decided_by"))
                ),
                name="verification_business_by_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(CaseStatus.APPROVED, CaseStatus.REJECTED))
                | Q(decided_at__isnull=False, submitted_at__isnull=False),
                name="verification_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=CaseStatus.APPROVED, method=CaseMethod.PEOPLE)
                | Q(decided_by__isnull=False),
                name="verification_people_have_names",
            ),
            models.CheckConstraint(
                condition=~Q(status=CaseStatus.REJECTED) | ~Q(decision_code=""),
                name="verification_rejection_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(*WAITING, CaseStatus.MORE_REQUESTED))
                | Q(submitted_at__isnull=False),
                name="verification_waiting_was_submitted",
            ),
        )
        indexes = (
            # The queue, oldest first.
            models.Index(
                fields=["submitted_at", "id"],
                name="verification_queue",
                condition=Q(status__in=WAITING, method="PEOPLE"),
            ),
            models.Index(fields=["user", "-id"], name="verification_of_person"),
            models.Index(
                fields=["valid_until"],
                name="verification_lapsing",
                condition=Q(status=CaseStatus.APPROVED, valid_until__isnull=False),
            ),
            models.Index(
                fields=["remind_at"],
                name="verification_to_remind",
                condition=Q(status=CaseStatus.APPROVED, reminded_at__isnull=True),
            ),
            models.Index(
                fields=["updated_at"],
                name="verification_unanswered",
                condition=Q(status__in=EDITABLE),
            ),
            models.Index(
                fields=["document_fingerprint"],
                name="verification_same_document",
                condition=Q(document_fingerprint__isnull=False),
            ),
            models.Index(
                fields=["erase_at"],
                name="verification_to_erase",
                condition=Q(erase_at__isnull=False, erased_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"verification {self.level} ({self.status})"

    @property
    def reason_words(self) -> str:
        return reason_text(self.decision_code)

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def is_waiting_for_people(self) -> bool:
        return self.status in WAITING and self.method == CaseMethod.PEOPLE

    def is_held_at(self, at: datetime) -> bool:
        return self.claimed_until is not None and self.claimed_until > at

    def is_held_by(self, reviewer_id: UUID, at: datetime) -> bool:
        return self.claimed_by_id == reviewer_id and self.is_held_at(at)

    def check_allows(self, command: Command) -> CaseStatus:
        """The state that ``command`` leads to; raises CaseRefused where it leads nowhere."""
        target = TRANSITIONS[command].get(CaseStatus(self.status))
        if target is None:
            raise CaseRefused(status=self.status)
        return target

    def perform(self, command: Command, *, at: datetime) -> None:
        """Make the transition that the table allows, or raise CaseRefused and change nothing."""
        self.status = self.check_allows(command)
        if self.status != CaseStatus.IN_REVIEW:
            self.claimed_by_id, self.claimed_until = None, None
        if self.status in (CaseStatus.REJECTED, CaseStatus.EXPIRED, CaseStatus.WITHDRAWN):
            self.ended_at = at
        self.version += 1
        self.updated_at = at
