"""Payments, refunds, payouts and the book of what the platform's balance did."""

from django.db import models
from django.db.models import F, Q

AMOUNT_POSITIVE = Q(amount_minor__gt=0)


class Payment(models.Model):
    """Money asked of a payer. Captured at most once; refunds never exceed what was captured.

    requires_payment → succeeded | declined | cancelled, or by way of processing when a slow bank
    was ordered. `refunded_minor` counts refunds that are pending or done.
    """

    class Status(models.TextChoices):
        REQUIRES_PAYMENT = "requires_payment"
        PROCESSING = "processing"
        SUCCEEDED = "succeeded"
        DECLINED = "declined"
        CANCELLED = "cancelled"

    id = models.CharField(primary_key=True, max_length=40)
    reference = models.CharField(max_length=100, unique=True)
    amount_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    # By open and lost chargebacks: no longer there to refund.
    charged_back_minor = models.BigIntegerField(default=0, db_default=0)
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=500, default="", blank=True)
    return_url = models.CharField(max_length=2000, default="", blank=True)
    metadata = models.JSONField(default=dict)
    status = models.CharField(max_length=20, choices=Status.choices)
    failure_code = models.CharField(max_length=60, default="", blank=True)
    created_at = models.DateTimeField()
    # When the clock acts next: expiry while unpaid, the bank's answer while processing.
    due_at = models.DateTimeField(null=True)
    captured_at = models.DateTimeField(null=True)
    # What was charged for it when it was captured.
    fee_minor = models.BigIntegerField(default=0, db_default=0)
    # The card that paid, as the payer calls it: another payment with the same name has the same.
    instrument = models.CharField(max_length=40, default="", db_default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=AMOUNT_POSITIVE, name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=F("amount_minor")),
                name="payment_refunds_within_capture",
            ),
            models.CheckConstraint(
                condition=Q(charged_back_minor__gte=0)
                & Q(charged_back_minor__lte=F("amount_minor")),
                name="payment_chargebacks_within_capture",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor=0) | Q(status="succeeded"),
                name="payment_refund_needs_capture",
            ),
            models.CheckConstraint(
                condition=Q(captured_at__isnull=False, status="succeeded")
                | (Q(captured_at__isnull=True) & ~Q(status="succeeded")),
                name="payment_captured_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="payment_due",
                condition=Q(status__in=["requires_payment", "processing"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class Refund(models.Model):
    """Money on its way back to the payer: pending, then succeeded or failed."""

    class Status(models.TextChoices):
        PENDING = "pending"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    id = models.CharField(primary_key=True, max_length=40)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    reference = models.CharField(max_length=100, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    metadata = models.JSONField(default=dict)
    status = models.CharField(max_length=20, choices=Status.choices)
    # Decided when it was made, so that a restart cannot change a test's outcome.
    will_fail = models.BooleanField(default=False)
    failure_code = models.CharField(max_length=60, default="", blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=AMOUNT_POSITIVE, name="refund_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="refund_due", condition=Q(status="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class Chargeback(models.Model):
    """The payer's bank took the money back: open, then won (by the merchant) or lost."""

    class Status(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    id = models.CharField(primary_key=True, max_length=40)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="chargebacks")
    # The payment's: a bank knows no reference of the merchant's own for it.
    reference = models.CharField(max_length=100, db_index=True)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=100)
    status = models.CharField(max_length=20, choices=Status.choices)
    respond_by = models.DateTimeField()
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=AMOUNT_POSITIVE & Q(fee_minor__gte=0), name="chargeback_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class Payout(models.Model):
    """Money sent to a bank account: pending, then paid or failed; a paid one may be returned."""

    class Status(models.TextChoices):
        PENDING = "pending"
        PAID = "paid"
        FAILED = "failed"
        RETURNED = "returned"

    id = models.CharField(primary_key=True, max_length=40)
    reference = models.CharField(max_length=100, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    destination = models.JSONField()
    description = models.CharField(max_length=500, default="", blank=True)
    metadata = models.JSONField(default=dict)
    status = models.CharField(max_length=20, choices=Status.choices)
    plan = models.CharField(max_length=10, default="success")
    return_delay_seconds = models.FloatField(default=0)
    failure_code = models.CharField(max_length=60, default="", blank=True)
    created_at = models.DateTimeField()
    # The next step: the settlement while pending, the return while paid and planned to come back.
    due_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=AMOUNT_POSITIVE, name="payout_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="payout_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class Balance(models.Model):
    """What the sandbox holds for the platform in one currency; the row that locks its money.

    `amount_minor` is the sum of the currency's transactions. `reserved_minor` is promised to
    pending refunds and payouts, which are refused when the balance does not cover them together.
    A chargeback asks nobody: like a real provider's, the balance may go below zero with one.
    """

    currency = models.CharField(primary_key=True, max_length=3)
    amount_minor = models.BigIntegerField(default=0)
    reserved_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reserved_minor__gte=0), name="balance_reserved_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.amount_minor}"


class Book(models.Model):
    """One row: the position of the last transaction, taken under its lock.

    A reader that pages by position therefore never misses one that committed late.
    """

    id = models.SmallIntegerField(primary_key=True)
    last_position = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"position {self.last_position}"


class BalanceTransaction(models.Model):
    """One line of the book. Never changed or removed: the database refuses both.

    The database also refuses a line whose `balance_after_minor` is not the previous one plus its
    amount, a gap in the positions, and a second line of the same kind for the same thing.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment"
        FEE = "fee"
        REFUND = "refund"
        PAYOUT = "payout"
        PAYOUT_RETURN = "payout_return"
        CHARGEBACK = "chargeback"
        CHARGEBACK_FEE = "chargeback_fee"
        CHARGEBACK_RETURN = "chargeback_return"

    position = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    source_id = models.CharField(max_length=40)
    reference = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    balance_after_minor = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_id", "kind"], name="balance_transaction_once_per_source"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["payment", "payout_return", "chargeback_return"], amount_minor__gt=0
                )
                | Q(
                    kind__in=["refund", "payout", "fee", "chargeback", "chargeback_fee"],
                    amount_minor__lt=0,
                ),
                name="balance_transaction_sign_fits_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["currency", "-position"], name="balance_transaction_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.kind} {self.amount_minor} {self.currency}"
