from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core.ids import new_id
from marketplace.core.security.sealed import EncryptedField


class ExportState(models.TextChoices):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"
    """Given up after several attempts; the person may ask again."""


class DataExport(models.Model):
    """A file with everything the platform knows of one person, for that person alone.

    A job writes it into sealed portions (:class:`ExportPortion`) and deletes it when it expires. At
    most one is being written for a person; ``done`` of ``total`` kinds of data are gathered.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    state = models.CharField(max_length=7, choices=ExportState, default=ExportState.QUEUED)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    """NULL once nothing is left to write; while it is written, when another worker may take it."""
    requested_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "users_data_export"
        indexes = (
            models.Index(fields=["user", "-id"], name="users_data_export_of"),
            models.Index(
                fields=["next_attempt_at"],
                name="users_data_export_due",
                condition=Q(next_attempt_at__isnull=False),
            ),
            models.Index(fields=["requested_at"], name="users_data_export_age"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=["QUEUED", "RUNNING"]),
                name="users_data_export_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ExportState.values), name="users_data_export_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="READY") | Q(ready_at__isnull=False, expires_at__isnull=False),
                name="users_data_export_ready_expires",
            ),
        )

    def __str__(self) -> str:
        return f"export {self.id} ({self.state})"


class ExportPortion(models.Model):
    """One sealed portion of an export's file, in order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    export = models.ForeignKey(
        DataExport, on_delete=models.CASCADE, related_name="portions", db_index=False
    )
    number = models.PositiveIntegerField()
    content_encrypted = EncryptedField(bound_as="users.ExportPortion.content")

    class Meta:
        db_table = "users_export_portion"
        constraints = (
            models.UniqueConstraint(fields=["export", "number"], name="users_export_portion_once"),
        )

    def __str__(self) -> str:
        return f"portion {self.number} of {self.export_id}"
