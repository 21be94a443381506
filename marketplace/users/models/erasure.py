from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core.ids import new_id


class Erasure(models.Model):
    """A person is to be forgotten: asked for, waited for, then carried out step by step.

    Until ``due_at`` it is taken back by signing in. Then it starts, the account is shut, and every
    registered kind of personal data is erased in a transaction of its own; ``steps`` keeps which
    are done, so that a crash goes on and repeats nothing. At most one is open for a person.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    requested_by_id = models.UUIDField()
    """The person, or the operator who was asked by them."""
    reason = models.CharField(max_length=500, blank=True, default="")
    """The operator's; empty when the person asked."""
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    """NULL once nothing is left to do."""
    cancelled_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    steps = models.JSONField(default=dict)
    """Kind of personal data: how many rows were blanked or removed."""
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "users_erasure"
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                name="users_erasure_due",
                condition=Q(next_attempt_at__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(cancelled_at__isnull=True),
                name="users_erasure_one_for_a_person",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(started_at__isnull=True),
                name="users_erasure_started_is_not_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(started_at__isnull=False),
                name="users_erasure_finished_after_started",
            ),
            models.CheckConstraint(
                condition=Q(next_attempt_at__isnull=False)
                | Q(cancelled_at__isnull=False)
                | Q(finished_at__isnull=False),
                name="users_erasure_open_is_attempted",
            ),
        )

    def __str__(self) -> str:
        return f"erasure of {self.user_id}"


class RetainedData(models.Model):
    """What law keeps of somebody who was erased, and when it goes as well."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=60)
    rule = models.CharField(max_length=60)
    kept_since_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "users_retained_data"
        verbose_name_plural = "retained data"
        indexes = (
            models.Index(
                fields=["kind", "kept_since_at"],
                name="users_retained_due",
                condition=Q(erased_at__isnull=True),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["user", "kind"], name="users_retained_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"
