from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import new_id
from marketplace.payments.models.provider_report import REPORT_KINDS


class ItemSide(models.TextChoices):
    OURS = "OURS"
    """An entry on our clearing account."""
    THEIRS = "THEIRS"
    """A line of the provider's report."""


class ResolutionKind(models.TextChoices):
    SUSPENSE = "SUSPENSE"
    """Clearing against suspense: money that belongs to nobody yet, or a shortage."""
    WRITE_OFF = "WRITE_OFF"
    """Clearing against the expense account for differences."""
    EXPLAINED = "EXPLAINED"
    """Seen and right as it is: nothing is posted."""


class ResolutionStatus(models.TextChoices):
    PROPOSED = "PROPOSED"
    """Above the limit: nothing has happened until a second person agrees."""
    DONE = "DONE"
    REJECTED = "REJECTED"


class ItemResolution(models.Model):
    """How a person ended a difference, with the reason. Kept for good."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item_id = models.BigIntegerField()
    """The first of the items; it names the journal, so that it is posted once."""
    kind = models.CharField(max_length=10, choices=ResolutionKind)
    amount_minor = models.BigIntegerField()
    """What our clearing account changes by; for EXPLAINED what stays between the two."""
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    subject = models.CharField(max_length=200)
    reason = models.CharField(max_length=1000)
    status = models.CharField(max_length=10, choices=ResolutionStatus)
    journal_id = models.UUIDField(null=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    """The second person; null where one was enough."""
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_item_resolution"
        permissions = (
            ("resolve_item", "Resolve differences with providers, and agree to resolutions"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["item_id"],
                condition=~Q(status="REJECTED"),
                name="payments_resolution_once_per_item",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="payments_resolution_says_why"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="payments_resolution_two_people",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ResolutionKind.values), name="payments_resolution_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status="DONE", kind="EXPLAINED", journal_id__isnull=True)
                | Q(status="DONE", journal_id__isnull=False)
                | (~Q(status="DONE") & Q(journal_id__isnull=True)),
                name="payments_resolution_done_by_journal",
            ),
        )
        indexes = (
            models.Index(
                fields=["proposed_at"],
                name="payments_resolution_waits",
                condition=Q(status="PROPOSED"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.amount_minor} {self.currency}"


class ReconciliationItem(models.Model):
    """One line of a report, or one entry on our clearing account, and what it was matched with.

    Open while ``match_id`` is null: its counterpart on the other side is missing. It closes when
    that arrives, or when a person explains it. Items of one match have the same ``match_id``.
    ``subject`` is our own id of the attempt, refund, payout or chargeback at issue, and the
    provider's id where we know none.
    """

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(max_length=20)
    side = models.CharField(max_length=6, choices=ItemSide)
    source_id = models.BigIntegerField()
    """The id of the report line, or of the ledger entry."""
    journal_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=200)
    object_id = models.CharField(max_length=200, blank=True, default="")
    reference = models.CharField(max_length=200, blank=True, default="")
    amount_minor = models.BigIntegerField()
    """What it adds to the balance with the provider; signed."""
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    needs_match = models.BooleanField(default=True)
    """It is new, or its subject is: the matcher has not looked at it since."""
    match_id = models.BigIntegerField(null=True)
    matched_at = models.DateTimeField(null=True)
    resolution = models.ForeignKey(
        ItemResolution, on_delete=models.PROTECT, null=True, db_index=False, related_name="items"
    )

    class Meta:
        db_table = "payments_recon_item"
        constraints = (
            models.UniqueConstraint(fields=["side", "source_id"], name="payments_recon_item_once"),
            models.CheckConstraint(
                condition=Q(side__in=ItemSide.values), name="payments_recon_item_side_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=REPORT_KINDS), name="payments_recon_item_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(match_id__isnull=True, matched_at__isnull=True)
                | Q(match_id__isnull=False, matched_at__isnull=False, needs_match=False),
                name="payments_recon_item_matched_with_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["provider", "currency", "subject"],
                name="payments_recon_open",
                condition=Q(match_id__isnull=True),
            ),
            models.Index(
                fields=["happened_at", "id"],
                name="payments_recon_open_age",
                condition=Q(match_id__isnull=True),
            ),
            models.Index(
                fields=["provider"],
                name="payments_recon_new",
                condition=Q(needs_match=True),
            ),
            models.Index(fields=["match_id"], name="payments_recon_match"),
            models.Index(fields=["provider", "subject"], name="payments_recon_subject"),
        )

    def __str__(self) -> str:
        return f"{self.side} {self.kind} {self.amount_minor} {self.currency}"
