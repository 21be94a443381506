from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core.ids import new_id
from marketplace.core.money import Money


class ReviewKind(models.TextChoices):
    LATE_CAPTURE = "LATE_CAPTURE"
    """Paid after the order had ended: held and refunded by itself, shown to an operator."""
    DOUBLED_CAPTURE = "DOUBLED_CAPTURE"
    WRONG_AMOUNT = "WRONG_AMOUNT"
    WRONG_CURRENCY = "WRONG_CURRENCY"
    UNMATCHED_CAPTURE = "UNMATCHED_CAPTURE"
    """The provider has money for a reference that we never gave out."""
    REFUND_CONTRADICTION = "REFUND_CONTRADICTION"
    """Succeeded at the provider after it had failed and the wallet had been credited."""
    PAYOUT_CONTRADICTION = "PAYOUT_CONTRADICTION"
    PAYOUT_RETURNED = "PAYOUT_RETURNED"
    UNMATCHED_CHARGEBACK = "UNMATCHED_CHARGEBACK"
    """The provider took money back for a payment that is not in any escrow of ours."""
    REFUNDED_AND_CHARGED_BACK = "REFUNDED_AND_CHARGED_BACK"
    """The buyer's bank asks for what the buyer had back already: contest it with the refund."""
    CHARGEBACK_CONTRADICTION = "CHARGEBACK_CONTRADICTION"
    """The provider changed its word after a chargeback was closed."""
    HOLDING_LIMIT_WEEK = "HOLDING_LIMIT_WEEK"
    """In a week the provider will not hold this money any longer."""
    HOLDING_LIMIT_DAY = "HOLDING_LIMIT_DAY"
    HOLDING_LIMIT_REACHED = "HOLDING_LIMIT_REACHED"


HOLDING_REVIEWS = (
    ReviewKind.HOLDING_LIMIT_WEEK,
    ReviewKind.HOLDING_LIMIT_DAY,
    ReviewKind.HOLDING_LIMIT_REACHED,
)


class ReviewPriority(models.IntegerChoices):
    NORMAL = 0
    HIGH = 1
    HIGHEST = 2


class ReviewStatus(models.TextChoices):
    OPEN = "OPEN"
    RESOLVED = "RESOLVED"


class PaymentReview(models.Model):
    """Something about money that a person must look at. Nothing unexpected is ever dropped.

    ``subject_id`` is the attempt, refund, payout or chargeback at issue: one review per kind and
    subject.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=30, choices=ReviewKind)
    subject_id = models.UUIDField()
    payment_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    provider = models.CharField(max_length=20)
    provider_object_id = models.CharField(max_length=100, blank=True, default="")
    provider_payment_id = models.CharField(max_length=100, blank=True, default="", db_default="")
    """Of a chargeback in no escrow of ours, and of what of it came back: the provider's payment."""
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    in_suspense = models.BooleanField()
    """Whether the amount waits in the provider's suspense account until this is resolved."""
    note = models.CharField(max_length=1000)
    priority = models.SmallIntegerField(choices=ReviewPriority, default=ReviewPriority.NORMAL)
    status = models.CharField(max_length=10, choices=ReviewStatus, default=ReviewStatus.OPEN)
    resolution = models.CharField(max_length=20, blank=True, default="")
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    resolved_reason = models.CharField(max_length=1000, blank=True, default="")
    resolved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payments_payment_review"
        permissions = (
            (
                "resolve_review",
                "Resolve reviews: refund or credit from suspense, lift a holding limit, close",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["kind", "subject_id"], name="payments_review_once"),
            models.CheckConstraint(
                condition=Q(kind__in=ReviewKind.values), name="payments_review_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status=ReviewStatus.OPEN, resolved_at__isnull=True)
                | (
                    Q(status=ReviewStatus.RESOLVED, resolved_at__isnull=False)
                    & ~Q(resolved_reason="")
                ),
                name="payments_review_resolved_with_reason",
            ),
        )
        indexes = (
            models.Index(
                fields=["created_at"], name="payments_review_open", condition=Q(status="OPEN")
            ),
            models.Index(
                fields=["provider", "provider_payment_id"],
                name="payments_review_taken_back",
                condition=~Q(provider_payment_id=""),
            ),
        )

    def __str__(self) -> str:
        kind = self.kind.replace("_", " ").capitalize()
        return f"{kind} of {Money(self.amount_minor, self.currency)}"
