from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from marketplace.core.ids import new_id
from marketplace.payments.models.bank_account import BankAccount
from marketplace.payments.models.wallet import Wallet


class PayoutStatus(models.TextChoices):
    REQUESTED = "REQUESTED"
    UNKNOWN = "UNKNOWN"
    """The provider was asked and did not answer."""
    SENT = "SENT"
    PAID = "PAID"
    FAILED = "FAILED"
    """Never left: the wallet has it back."""
    RETURNED = "RETURNED"
    """Came back after it was paid: the wallet has it back."""


class Payout(models.Model):
    """A withdrawal on its way to a bank account; its id is the key the provider sees.

    A projection of the payout's events down to ``updated_at``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+")
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    provider_payout_id = models.CharField(max_length=100, null=True)
    client_key = models.CharField(max_length=255)
    status = models.CharField(max_length=10, choices=PayoutStatus)
    failure_code = models.CharField(max_length=100, blank=True, default="")
    """Also ``cancelled`` by its owner and ``rejected`` by an operator: it never left either."""
    requested_at = models.DateTimeField(db_default=Now())
    """By the database's clock: limits count from here."""
    policy = models.JSONField(default=dict, db_default={})
    """The terms (``PayoutTerms``) it was requested under; a later edit of a policy changes none."""
    approvals_needed = models.PositiveSmallIntegerField(default=0, db_default=0)
    reasons = models.JSONField(default=list, db_default=[])
    """Why it needs them (``PayoutReason``); for operators, never for its seller."""
    approved_by = models.JSONField(default=list, db_default=[])
    """Ids of the operators who approved, each once, in order."""
    awaits_approval = models.BooleanField(default=False, db_default=False)
    version = models.IntegerField()
    head_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True, default="")
    watch_next_at = models.DateTimeField(null=True)
    """When a paid one is asked about again, because banks return money late."""
    watch_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_payout"
        permissions = (("approve_payout", "Approve and reject payouts"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_payout_amount_positive"
            ),
            models.UniqueConstraint(
                fields=["user", "client_key"], name="payments_payout_client_key_once"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_payout_id"], name="payments_payout_provider_id_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=PayoutStatus.values), name="payments_payout_status_known"
            ),
            models.CheckConstraint(
                condition=Q(awaits_approval=False) | Q(status="REQUESTED", approvals_needed__gt=0),
                name="payments_payout_awaits_before_sending",
            ),
        )
        indexes = (
            models.Index(fields=["user", "-id"], name="payments_payout_of"),
            models.Index(
                fields=["next_check_at"],
                name="payments_payout_due",
                condition=Q(next_check_at__isnull=False),
            ),
            models.Index(
                fields=["watch_next_at"],
                name="payments_payout_watched",
                condition=Q(watch_next_at__isnull=False),
            ),
            models.Index(
                fields=["id"], name="payments_payout_to_approve", condition=Q(awaits_approval=True)
            ),
            models.Index(
                fields=["wallet", "requested_at"],
                include=["amount_minor", "status"],
                name="payments_payout_limits",
            ),
            models.Index(
                fields=["bank_account", "requested_at"],
                include=["amount_minor", "currency", "status"],
                name="payments_payout_to_account",
            ),
        )

    def __str__(self) -> str:
        return f"payout {self.id}"


class PayoutMinimum(models.Model):
    """The smallest withdrawal in a currency; without a row, one minor unit is enough."""

    currency = models.CharField(primary_key=True, max_length=3)
    minimum_minor = models.BigIntegerField()

    class Meta:
        db_table = "payments_payout_minimum"
        constraints = (
            models.CheckConstraint(
                condition=Q(minimum_minor__gte=1), name="payments_payout_minimum_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.currency} {self.minimum_minor}"
