from django.db import models


class IdempotencyRecord(models.Model):
    """The first answer to a request that carried an ``Idempotency-Key``.

    Written in the transaction of the command it answers: there is an answer if and only if the
    command happened. ``request_hash`` is SHA-256 over method, path and canonical body.
    """

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "core_idempotency_record"
        constraints = (
            models.UniqueConstraint(fields=["user_id", "key"], name="core_idempotency_once"),
        )
        indexes = (models.Index(fields=["created_at"], name="core_idempotency_age"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
