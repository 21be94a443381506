from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core.ids import new_id
from marketplace.payments.models.wallet import Wallet


class PayoutInterval(models.TextChoices):
    MANUAL = "MANUAL"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"


class Weekday(models.TextChoices):
    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class PayoutSchedule(models.Model):
    """When a wallet is paid out by itself; a wallet without a row is paid out on request.

    ``run_on`` is the day of the next run and names its period; ``due_at`` is when the job takes it,
    later than planned after a failure. Both are empty for MANUAL.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    wallet = models.OneToOneField(Wallet, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=6, choices=PayoutInterval)
    weekday = models.CharField(max_length=9, choices=Weekday, blank=True, default="")
    run_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "payments_payout_schedule"
        constraints = (
            models.CheckConstraint(
                condition=Q(interval__in=PayoutInterval.values),
                name="payments_payout_schedule_interval_known",
            ),
            models.CheckConstraint(
                condition=(Q(interval="WEEKLY") & Q(weekday__in=Weekday.values))
                | (~Q(interval="WEEKLY") & Q(weekday="")),
                name="payments_payout_schedule_weekday_if_weekly",
            ),
            models.CheckConstraint(
                condition=Q(interval="MANUAL", run_on__isnull=True, due_at__isnull=True)
                | (~Q(interval="MANUAL") & Q(run_on__isnull=False, due_at__isnull=False)),
                name="payments_payout_schedule_due_unless_manual",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"],
                name="payments_payout_schedule_due",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["run_on", "currency"],
                name="payments_payout_schedule_left",
                condition=Q(due_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.interval} payout of {self.currency}"


class PayoutBatch(models.Model):
    """The scheduled payouts of one day in one currency. The figures are counted from the items."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run_on = models.DateField()
    currency = models.CharField(max_length=3)
    payouts = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    """Of the payouts."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    """When nothing of the day was left to do."""

    class Meta:
        db_table = "payments_payout_batch"
        verbose_name_plural = "payout batches"
        constraints = (
            models.UniqueConstraint(
                fields=["run_on", "currency"], name="payments_payout_batch_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["run_on"],
                name="payments_payout_batch_open",
                condition=Q(finished_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_on} {self.currency}"


class BatchOutcome(models.TextChoices):
    REQUESTED = "REQUESTED"
    SKIPPED = "SKIPPED"


class PayoutBatchItem(models.Model):
    """What a batch did about one wallet. One per wallet and period, for good: whatever runs twice,
    at once or after a crash, the second payout of a period meets this key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="items")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+", db_index=False)
    run_on = models.DateField()
    outcome = models.CharField(max_length=9, choices=BatchOutcome)
    code = models.CharField(max_length=60, blank=True, default="")
    """Why it was skipped: the code of the refusal that a request would have met."""
    note = models.CharField(max_length=500, blank=True, default="")
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    payout_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payments_payout_batch_item"
        constraints = (
            models.UniqueConstraint(
                fields=["wallet", "run_on"], name="payments_payout_batch_item_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="REQUESTED", payout_id__isnull=False, amount_minor__gt=0)
                | (Q(outcome="SKIPPED", payout_id__isnull=True) & ~Q(code="")),
                name="payments_payout_batch_item_explained",
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_on} {self.outcome}"
