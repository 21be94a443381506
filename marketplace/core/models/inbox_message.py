from django.db import models


class InboxMessage(models.Model):
    """``consumer`` has handled the event ``event_id``; written in the handler's transaction."""

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(max_length=100)
    event_id = models.UUIDField()
    handled_at = models.DateTimeField()

    class Meta:
        db_table = "core_inbox_message"
        constraints = (
            models.UniqueConstraint(fields=["consumer", "event_id"], name="core_inbox_once"),
        )

    def __str__(self) -> str:
        return f"{self.consumer} {self.event_id}"
