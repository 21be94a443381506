from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

LONGEST_DAYS = 40_000


class RetentionPolicy(models.Model):
    """How long one kind of data is kept: what an operator decided, where the code has a default.

    ``name`` is a rule that a service registers (``core.retention``), which also says the shortest
    and the longest period. An edit counts from the next sweep on.
    """

    name = models.CharField(primary_key=True, max_length=60)
    days = models.PositiveIntegerField(validators=[MaxValueValidator(LONGEST_DAYS)])
    reason = models.CharField(max_length=500)
    """Why so long: the law, or what it is needed for."""
    updated_at = models.DateTimeField()
    swept_at = models.DateTimeField(null=True)
    """When the sweep last found nothing more to remove."""
    removed = models.PositiveBigIntegerField(default=0)
    """Rows since the platform was set up."""

    class Meta:
        db_table = "core_retention_policy"
        verbose_name_plural = "retention policies"
        constraints = (
            models.CheckConstraint(
                condition=Q(days__lte=LONGEST_DAYS), name="core_retention_days_in_range"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.days} days"
