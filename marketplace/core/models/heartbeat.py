from django.db import models


class Heartbeat(models.Model):
    """When a periodic job last ran and last succeeded: what readiness looks at."""

    name = models.CharField(primary_key=True, max_length=100)
    every_seconds = models.FloatField()
    started_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "core_heartbeat"

    def __str__(self) -> str:
        return self.name
