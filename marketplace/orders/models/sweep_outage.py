from django.db import models
from django.db.models import F, Q

from marketplace.core import clock


class SweepOutage(models.Model):
    """A time in which nobody swept deadlines: the platform was down, and users do not pay for it.

    Every deadline that was running then gets the time back when it comes due (ADR 29).
    """

    id = models.BigAutoField(primary_key=True)
    began_at = models.DateTimeField(unique=True)
    ended_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "orders_sweep_outage"
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("began_at")), name="orders_outage_ends_after_beginning"
            ),
        )
        indexes = (models.Index(fields=["ended_at"], name="orders_outage_ended"),)

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} to {self.ended_at:%Y-%m-%d %H:%M}"
