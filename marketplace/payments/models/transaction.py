from django.db import models
from django.db.models import Q

from marketplace.payments.models.payment import Payment
from marketplace.payments.models.wallet import Wallet


class TransactionType(models.TextChoices):
    DEPOSIT = "DEPOSIT"
    """Money that came (back) into the wallet: a failed refund's, a failed or returned payout's."""
    WITHDRAWAL = "WITHDRAWAL"
    ESCROW_HOLD = "ESCROW_HOLD"
    ESCROW_RELEASE = "ESCROW_RELEASE"
    REFUND = "REFUND"


class TransactionStatus(models.TextChoices):
    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Transaction(models.Model):
    """One line of a wallet's statement, as its owner reads it.

    A projection: its id is the id of the event that made it. ``wallet_change_minor`` is what the
    line did to the wallet's balance: nothing for a hold paid by card, and it never changes
    afterwards, so that the lines of a wallet always sum to its ledger balance.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+", db_index=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+", null=True)
    subject_id = models.UUIDField()
    """The payment, refund or payout the line is about."""
    type = models.CharField(max_length=14, choices=TransactionType)
    amount_minor = models.BigIntegerField()
    wallet_change_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=9, choices=TransactionStatus)
    notes = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "payments_transaction"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_transaction_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(type__in=TransactionType.values), name="payments_transaction_type_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=TransactionStatus.values),
                name="payments_transaction_status_known",
            ),
        )
        indexes = (
            models.Index(fields=["wallet", "-id"], name="payments_transaction_statement"),
            models.Index(fields=["subject_id"], name="payments_transaction_subject"),
            # What a seller was paid lately, and first of all: holds and reserves are sums of it.
            models.Index(
                fields=["wallet", "created_at", "id"],
                include=["payment_id", "wallet_change_minor"],
                name="payments_transaction_releases",
                condition=Q(type="ESCROW_RELEASE"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.id}"
