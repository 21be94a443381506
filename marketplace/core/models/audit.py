"""The audit log's three tables; `marketplace.core.audit` writes and checks them."""

from django.db import models

from marketplace.core.db import append_only, derived
from marketplace.core.ids import new_id


class AuditEntry(models.Model):
    """What a member of staff did to a person or their money, written in the same transaction.

    ``digest`` is SHA-256 over every other column; the chain is in :class:`AuditLink`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=100, blank=True, default="")
    """The job or command, where no person acted."""
    action = models.CharField(max_length=100)
    """``<app>.<verb>_<noun>``: the command that ran."""
    subject_type = models.CharField(max_length=100)
    """``<app>.<model>``, as in the admin's addresses."""
    subject_id = models.UUIDField()
    reason = models.TextField()
    before = models.JSONField()
    after = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True, default="")
    occurred_at = models.DateTimeField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = append_only("core_audit_entry")
        verbose_name_plural = "audit entries"
        indexes = (
            models.Index(fields=["actor_id", "-id"], name="core_audit_actor"),
            models.Index(fields=["action", "-id"], name="core_audit_action"),
            models.Index(fields=["subject_id", "-id"], name="core_audit_subject"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"


class AuditLink(models.Model):
    """The place of an entry in the chain; the database writes it when the transaction commits.

    ``hash`` is SHA-256 over the hash before, the number, the entry's id and its digest.
    """

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = derived("core_audit_link")

    def __str__(self) -> str:
        return f"{self.number} {self.entry_id}"


class AuditAnchor(models.Model):
    """The chain's head at a moment, signed with a key that the database does not have."""

    number = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField(max_length=32)
    anchored_at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)

    class Meta:
        db_table = append_only("core_audit_anchor")

    def __str__(self) -> str:
        return f"{self.number} {bytes(self.hash).hex()[:16]}"
