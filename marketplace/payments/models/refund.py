from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import new_id
from marketplace.payments.models.payment import Payment


class RefundStatus(models.TextChoices):
    REQUESTED = "REQUESTED"
    """The money is in transit in our books; the provider has not been asked."""
    UNKNOWN = "UNKNOWN"
    """The provider was asked and did not answer."""
    SUBMITTED = "SUBMITTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    """The provider could not return it: the buyer's wallet was credited instead."""


class RefundSource(models.TextChoices):
    ESCROW = "ESCROW"
    SELLER = "SELLER"
    """After the release: the seller's wallet, what the seller owes, commission and tax."""
    MIXED = "MIXED"
    """What was still held, and the rest from the seller."""
    SUSPENSE = "SUSPENSE"
    """Money that was never the order's: doubled, or of another amount."""


class Refund(models.Model):
    """Money on its way back to the buyer; its id is the key and the reference the provider sees.

    The columns down to ``updated_at`` are a projection of the payment's events.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    attempt_id = models.UUIDField()
    """The capture it gives back."""
    provider = models.CharField(max_length=20)
    provider_payment_id = models.CharField(max_length=100)
    provider_refund_id = models.CharField(max_length=100, null=True)
    source = models.CharField(max_length=10, choices=RefundSource)
    amount_minor = models.BigIntegerField()
    from_seller_minor = models.BigIntegerField(default=0)
    """The part that had been released, its share of commission and tax included."""
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=500)
    status = models.CharField(max_length=10, choices=RefundStatus)
    failure_code = models.CharField(max_length=100, blank=True, default="")
    contradictions = models.PositiveSmallIntegerField(default=0)
    """How often the provider changed its word after the wallet was credited. Odd: by its last
    word the refund was sent after all, and the platform is short by it."""
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "payments_refund"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_refund_amount_positive"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_refund_id"], name="payments_refund_provider_id_once"
            ),
            # Refunds of an order are bounded by its payment, those of a capture in suspense by what
            # is left of it there; and of these one is under way at a time.
            models.UniqueConstraint(
                fields=["attempt_id"],
                condition=Q(source="SUSPENSE", status__in=["REQUESTED", "UNKNOWN", "SUBMITTED"]),
                name="payments_refund_of_suspense_under_way",
            ),
            models.CheckConstraint(
                condition=Q(from_seller_minor__gte=0) & Q(from_seller_minor__lte=F("amount_minor")),
                name="payments_refund_sellers_part_within",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RefundStatus.values), name="payments_refund_status_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=RefundSource.values), name="payments_refund_source_known"
            ),
        )
        indexes = (
            models.Index(fields=["attempt_id"], name="payments_refund_of_capture"),
            models.Index(
                fields=["next_check_at"],
                name="payments_refund_due",
                condition=Q(next_check_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"refund {self.id}"

    @property
    def is_contradicted(self) -> bool:
        """The provider sent it although it had failed and the wallet was credited."""
        return self.contradictions % 2 == 1

    @property
    def standing(self) -> str:
        """How it stands: what somebody must have known for an answer to be newer than our books."""
        return f"{self.status}{self.contradictions or ''}"
