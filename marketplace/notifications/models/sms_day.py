from django.db import models
from django.db.models import Q


class SmsDay(models.Model):
    """How many text messages were queued on one day (UTC); counted by the database (`sms_budget`).

    Nobody's data: it stays when the messages themselves are forgotten.
    """

    day = models.DateField(primary_key=True)
    queued = models.PositiveIntegerField()

    class Meta:
        db_table = "notifications_sms_day"
        constraints = (
            models.CheckConstraint(
                condition=Q(queued__gte=1), name="notifications_sms_day_counts_some"
            ),
        )

    def __str__(self) -> str:
        return f"{self.queued} text messages on {self.day}"
