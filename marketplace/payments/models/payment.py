from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import new_id


class PaymentStatus(models.TextChoices):
    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"


class EscrowStatus(models.TextChoices):
    IN_ESCROW = "IN_ESCROW"
    RELEASED = "RELEASED"
    REFUNDED = "REFUNDED"


class Payment(models.Model):
    """What a buyer owes for one order, and where that money is now.

    A projection of the payment's events (``PaymentEvent``), written in the same transaction; only
    ``repositories.payments`` writes it and ``manage.py rebuild_payments`` proves it.

    Invariants: one payment per order; nothing is in escrow before a capture. What leaves escrow is
    within what was captured: ``released + refunded + disputed + charged_back <= captured``. What is
    taken back from the seller is within what the seller got: ``refunded_after + clawed_back <=
    released``. Together: refunds and chargebacks never exceed the capture.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField(unique=True)
    """The order stands a layer above, so this is a plain id."""
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    """The buyer."""
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    payment_method = models.CharField(max_length=20, blank=True, default="")
    """Empty until the first attempt; then the latest attempt's."""
    payment_provider = models.CharField(max_length=20, blank=True, default="")
    status = models.CharField(max_length=10, choices=PaymentStatus)
    provider_transaction_id = models.CharField(max_length=100, blank=True, default="")
    escrow_status = models.CharField(max_length=10, choices=EscrowStatus, null=True)
    """NULL until the money was captured: an authorisation is not money yet."""
    payment_details = models.JSONField(default=dict)
    """What may be shown of the instrument: brand and last four figures, never the number."""
    commission_terms = models.JSONField()
    """Frozen at the sale: rate, rule, base and amount. A later edit of the rule changes nothing."""
    commission_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    """On the commission, from the same terms; taken at release beside it."""
    tax_jurisdiction = models.CharField(max_length=6, blank=True, default="")
    captured_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    """Gross: what left escrow for the seller and the commission."""
    refunded_minor = models.BigIntegerField(default=0)
    """What left escrow for the buyer, whether or not it has arrived."""
    refunded_after_minor = models.BigIntegerField(default=0)
    """What went back to the buyer after it had been released, commission and tax included."""
    disputed_minor = models.BigIntegerField(default=0)
    """What open chargebacks have frozen of the escrow: the order's disputed account."""
    charged_back_minor = models.BigIntegerField(default=0)
    """What lost chargebacks took out of escrow for good."""
    clawed_back_minor = models.BigIntegerField(default=0)
    """What open and lost chargebacks take of what had been released."""
    returned_minor = models.BigIntegerField(default=0)
    """What the buyer has back: refunds that have ended, on the card or in the wallet, and lost
    chargebacks."""
    open_chargebacks = models.PositiveSmallIntegerField(default=0)
    """While there is one, nothing of the payment moves."""
    held_attempt_id = models.UUIDField(null=True)
    """The attempt whose capture is (or was) in escrow."""
    captured_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    """The order ended unpaid. A capture that comes later is held, reviewed and refunded."""
    must_settle_before = models.DateTimeField(null=True)
    """The provider's limit on holding this money; set at capture, kept until escrow is empty."""
    holding_stage = models.CharField(max_length=8, blank=True, default="")
    """The last alert about that limit (``holding.HoldingStage``)."""
    next_alert_at = models.DateTimeField(null=True)
    """When the next one is due; NULL while nothing limits, and after the last."""
    version = models.IntegerField()
    """Version of the last event of the stream."""
    head_hash = models.BinaryField(max_length=32)
    """Hash of the last event of the stream."""
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "payments_payment"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_payment_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="payments_payment_currency_iso"
            ),
            models.CheckConstraint(
                condition=Q(commission_minor__gte=0, tax_minor__gte=0)
                & Q(amount_minor__gte=F("commission_minor") + F("tax_minor")),
                name="payments_payment_commission_in_amount",
            ),
            models.CheckConstraint(
                condition=Q(
                    captured_minor__gte=0,
                    released_minor__gte=0,
                    refunded_minor__gte=0,
                    disputed_minor__gte=0,
                    charged_back_minor__gte=0,
                )
                & Q(
                    captured_minor__gte=F("released_minor")
                    + F("refunded_minor")
                    + F("disputed_minor")
                    + F("charged_back_minor")
                ),
                name="payments_payment_out_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(refunded_after_minor__gte=0, clawed_back_minor__gte=0)
                & Q(released_minor__gte=F("refunded_after_minor") + F("clawed_back_minor")),
                name="payments_payment_back_within_released",
            ),
            models.CheckConstraint(
                condition=Q(returned_minor__gte=0, returned_minor__lte=F("captured_minor")),
                name="payments_payment_returned_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(status__in=PaymentStatus.values), name="payments_payment_status_known"
            ),
            models.CheckConstraint(
                condition=Q(escrow_status__isnull=True) | Q(escrow_status__in=EscrowStatus.values),
                name="payments_payment_escrow_status_known",
            ),
            models.CheckConstraint(
                condition=Q(escrow_status__isnull=True, captured_minor=0)
                | Q(escrow_status__isnull=False, captured_minor__gt=0),
                name="payments_payment_escrow_needs_capture",
            ),
            models.CheckConstraint(
                condition=~Q(user=F("seller")), name="payments_payment_two_parties"
            ),
        )
        indexes = (
            models.Index(fields=["user", "-id"], name="payments_payment_buyer"),
            models.Index(fields=["seller", "-id"], name="payments_payment_seller"),
            models.Index(
                fields=["next_alert_at"],
                name="payments_payment_alert_due",
                condition=Q(next_alert_at__isnull=False),
            ),
            models.Index(
                fields=["holding_stage"],
                name="payments_payment_alerted",
                condition=~Q(holding_stage=""),
            ),
            models.Index(
                fields=["must_settle_before"],
                name="payments_payment_settle_by",
                condition=Q(escrow_status="IN_ESCROW"),
            ),
            models.Index(
                fields=["user", "currency"],
                name="payments_payment_held_of",
                condition=Q(escrow_status="IN_ESCROW"),
            ),
            models.Index(
                fields=["seller", "currency"],
                name="payments_payment_pending_of",
                condition=Q(escrow_status="IN_ESCROW"),
            ),
            # What a receipt of an unknown reference may have been meant for.
            models.Index(
                fields=["currency", "amount_minor", "-id"],
                name="payments_payment_unpaid",
                condition=Q(held_attempt_id__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"payment {self.id}"

    @property
    def held_minor(self) -> int:
        """What is in escrow and free to move: what the order's escrow account holds."""
        return (
            self.captured_minor
            - self.released_minor
            - self.refunded_minor
            - self.disputed_minor
            - self.charged_back_minor
        )

    @property
    def refundable_minor(self) -> int:
        """What can still go back to the buyer: held, or with the seller and not claimed twice."""
        with_seller = self.released_minor - self.refunded_after_minor - self.clawed_back_minor
        return self.held_minor + with_seller
