from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from marketplace.core.ids import new_id
from marketplace.core.security.sealed import EncryptedField


class NumberKind(models.TextChoices):
    IBAN = "IBAN"
    ACCOUNT_NUMBER = "ACCOUNT_NUMBER"
    PAYPAL = "PAYPAL"
    """Not a bank's: the email address or account id under which PayPal knows the receiver."""
    STRIPE_ACCOUNT = "STRIPE_ACCOUNT"
    """The id of an account that is connected to ours at Stripe, which pays its bank."""


class BankAccount(models.Model):
    """Where a user's withdrawals go.

    Holder and number are encrypted, bound to this row and field; ``masked_number`` is all that
    anyone sees. ``fingerprint`` (a keyed hash) recognises the same account again. A removed
    account stays, because payouts name it; when its owner is erased, everything in it is empty.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account_holder_encrypted = EncryptedField(bound_as="payments.BankAccount.account_holder")
    number_encrypted = EncryptedField(bound_as="payments.BankAccount.number")
    number_kind = models.CharField(max_length=14, choices=NumberKind)
    masked_number = models.CharField(max_length=40)
    fingerprint = models.BinaryField(max_length=32)
    currency = models.CharField(max_length=3)
    bank_name = models.CharField(max_length=100, blank=True, default="")
    bank_code = models.CharField(max_length=20, blank=True, default="", db_default="")
    """The bank in its country's own list, beside an account number that does not name it."""
    created_at = models.DateTimeField()
    usable_from_at = models.DateTimeField(db_default=Now())
    """By the database's clock, by the policy of the moment when it was added: whoever takes an
    account over cannot send its money elsewhere at once."""
    is_default = models.BooleanField(default=False, db_default=False)
    """Where scheduled payouts of its currency go."""
    removed_at = models.DateTimeField(null=True)
    blocked_at = models.DateTimeField(null=True)
    """A payout to it came back: none goes there until an operator clears it."""
    blocked_by_payout_id = models.UUIDField(null=True)
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
    )
    cleared_reason = models.CharField(max_length=1000, blank=True, default="", db_default="")

    class Meta:
        db_table = "payments_bank_account"
        permissions = (("clear_bank_account", "Clear blocked bank accounts"),)
        constraints = (
            models.UniqueConstraint(
                fields=["user", "fingerprint", "currency"],
                condition=Q(removed_at__isnull=True),
                name="payments_bank_account_once",
            ),
            models.UniqueConstraint(
                fields=["user", "currency"],
                condition=Q(removed_at__isnull=True, is_default=True),
                name="payments_bank_account_one_default",
            ),
            models.CheckConstraint(
                condition=Q(number_kind__in=NumberKind.values),
                name="payments_bank_account_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="payments_bank_account_currency_iso"
            ),
        )
        indexes = (
            models.Index(fields=["user", "-id"], name="payments_bank_account_of"),
            # Whether somebody else keeps the same number, in any currency.
            models.Index(fields=["fingerprint"], name="payments_bank_account_keepers"),
            models.Index(
                fields=["-blocked_at"],
                name="payments_bank_account_blocked",
                condition=Q(blocked_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"bank account {self.id}"
