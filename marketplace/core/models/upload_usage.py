from django.db import models


class UploadUsage(models.Model):
    """What one person has sent on one day (UTC), good or bad; see ``core.uploads.check_quota``."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    day = models.DateField()
    files = models.PositiveIntegerField()
    size_bytes = models.PositiveBigIntegerField()

    class Meta:
        db_table = "core_upload_usage"
        constraints = (
            models.UniqueConstraint(fields=["user_id", "day"], name="core_upload_usage_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"
