from django.db import models


class OutboxEvent(models.Model):
    """A published fact, written in the transaction that made it true.

    The relay hands it on and sets ``published_at``; a row is only ever updated by the relay.
    ``key`` is the aggregate's id: events of one key are handed on in the order of ``id``.
    """

    id = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    key = models.UUIDField()
    type = models.CharField(max_length=100)
    version = models.PositiveSmallIntegerField()
    payload = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True, default="")
    occurred_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    """Not before this moment, after a failed attempt."""
    dead_at = models.DateTimeField(null=True)
    """Given up after the last attempt: an operator decides."""
    last_error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "core_outbox_event"
        indexes = (
            models.Index(
                fields=["id"],
                name="core_outbox_pending",
                condition=models.Q(published_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(
                fields=["key", "id"],
                name="core_outbox_pending_by_key",
                condition=models.Q(published_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(
                fields=["dead_at"],
                name="core_outbox_dead",
                condition=models.Q(dead_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} v{self.version} {self.event_id}"
