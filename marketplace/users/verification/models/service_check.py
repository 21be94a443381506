from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.users.verification.models.case import VerificationCase


class CheckStatus(models.TextChoices):
    CREATED = "CREATED"
    """We mean to ask; whether the service knows of it is not known."""
    STARTED = "STARTED"
    PASSED = "PASSED"
    FAILED = "FAILED"
    ABANDONED = "ABANDONED"


class ServiceCheck(models.Model):
    """One case at an outside service. Its id is what the service is asked with, again and again:
    asking twice starts one check there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(VerificationCase, on_delete=models.PROTECT, related_name="checks")
    case_version = models.PositiveIntegerField(default=0, db_default=0)
    """Of what was stated when it began: a yes to one name is none to the next."""
    service = models.CharField(max_length=40)
    status = models.CharField(max_length=9, choices=CheckStatus, default=CheckStatus.CREATED)
    reference = models.CharField(max_length=200, blank=True, default="")
    """The service's own id."""
    code = models.CharField(max_length=60, blank=True, default="")
    ask_at = models.DateTimeField(default=clock.now)
    """When it is asked next for an outcome that did not come by itself."""
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "users_verification_service_check"
        constraints = (
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(status__in=("CREATED", "STARTED")),
                name="verification_one_open_check",
            ),
            models.UniqueConstraint(
                fields=["service", "reference"],
                condition=~Q(reference=""),
                name="verification_check_reference_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=CheckStatus.values), name="verification_check_status_known"
            ),
        )
        indexes = (
            models.Index(
                fields=["ask_at"],
                name="verification_check_due",
                condition=Q(status__in=("CREATED", "STARTED")),
            ),
        )

    def __str__(self) -> str:
        return f"check at {self.service} ({self.status})"


class ServiceCall(models.Model):
    """A call of an outside service, verified and stored before anything is made of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.CharField(max_length=40)
    event_id = models.CharField(max_length=200)
    reference = models.CharField(max_length=200)
    outcome = models.CharField(max_length=20)
    code = models.CharField(max_length=60, blank=True, default="")
    received_at = models.DateTimeField(default=clock.now, editable=False)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "users_verification_service_call"
        constraints = (
            models.UniqueConstraint(fields=["service", "event_id"], name="verification_call_once"),
        )
        indexes = (
            models.Index(
                fields=["received_at"],
                name="verification_call_waiting",
                condition=Q(handled_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service} {self.outcome}"
