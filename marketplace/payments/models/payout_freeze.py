from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core.ids import new_id


class PayoutFreeze(models.Model):
    """While one is open, nothing is sent out of the platform.

    Opened by the invariant monitor, the audit or a named operator; lifted by a named operator with
    a reason, never by itself. At most one is open. The database lets a row change once, from open
    to lifted, and keeps it for good.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cause = models.CharField(max_length=50)
    """Which promise was broken, in one word: the name of the check, or ``operator``."""
    detail = models.CharField(max_length=2000)
    """What was found, or why the operator froze."""
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    """Null: by the platform itself, ``opened_by_job`` says by which part of it."""
    opened_by_job = models.CharField(max_length=50, blank=True, default="")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    lifted_reason = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        db_table = "payments_payout_freeze"
        permissions = (
            ("freeze_payouts", "Freeze payouts"),
            ("lift_payout_freeze", "Lift freezes of payouts"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["lifted_at"],
                condition=Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="payments_freeze_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(detail="") & ~Q(cause=""), name="payments_freeze_says_why"
            ),
            models.CheckConstraint(
                condition=Q(opened_by__isnull=False, opened_by_job="")
                | (Q(opened_by__isnull=True) & ~Q(opened_by_job="")),
                name="payments_freeze_opened_by_one",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_reason="")),
                name="payments_freeze_lifted_by_name_with_reason",
            ),
        )

    def __str__(self) -> str:
        return f"payouts frozen at {self.opened_at:%Y-%m-%d %H:%M}: {self.cause}"
