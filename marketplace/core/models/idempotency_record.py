from django.db import models
from django.db.models import Q


class IdempotencyRecord(models.Model):
    """The first answer to a request that carried an ``Idempotency-Key``.

    For a command of one transaction it is written in that transaction: there is an answer if and
    only if the command happened. For a command that spans several, the row stands from the start
    as a lease (``status`` empty) that its ``holder`` turns into the answer or takes away.
    ``request_hash`` is SHA-256 over method, path, query and canonical body.
    """

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    holder = models.UUIDField(null=True)
    """Which attempt holds the lease."""
    leased_until = models.DateTimeField(null=True)
    """By the database's clock; afterwards the attempt counts as crashed and the key is free."""

    class Meta:
        db_table = "core_idempotency_record"
        constraints = (
            models.UniqueConstraint(fields=["user_id", "key"], name="core_idempotency_once"),
            models.CheckConstraint(
                condition=Q(status__isnull=False, holder__isnull=True, leased_until__isnull=True)
                | Q(status__isnull=True, holder__isnull=False, leased_until__isnull=False),
                name="core_idempotency_answer_or_lease",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
