from django.db import models

from marketplace.core.db import append_only, derived


class AccountType(models.TextChoices):
    ASSET = "asset"
    LIABILITY = "liability"
    REVENUE = "revenue"
    EXPENSE = "expense"
    SYSTEM = "system"


class NormalSide(models.TextChoices):
    """The side on which the account grows."""

    DEBIT = "debit"
    CREDIT = "credit"


class LedgerAccountKind(models.Model):
    """One line of the chart of accounts, written by migrations only.

    The database knows the chart: an account takes its type, side and rules from its kind, and its
    code must match ``code_pattern``, so that nobody can open a wallet that may be overdrawn.
    """

    name = models.CharField(primary_key=True, max_length=40)
    code_pattern = models.CharField(max_length=120)
    type = models.CharField(max_length=10, choices=AccountType.choices)
    normal_side = models.CharField(max_length=6, choices=NormalSide.choices)
    non_negative = models.BooleanField()
    """The balance, on the normal side, never goes below zero."""
    keeps_balance = models.BooleanField()
    """Has a balance row, updated under its lock. False for hot platform accounts."""

    class Meta:
        db_table = derived("payments_ledger_account_kind")
        constraints = (
            models.CheckConstraint(
                name="ledger_kind_rule_needs_balance",
                condition=models.Q(non_negative=False) | models.Q(keeps_balance=True),
            ),
        )

    def __str__(self) -> str:
        return self.name


class LedgerAccount(models.Model):
    """An account in one currency, such as ``order:{id}:escrow`` in EUR. Never changed or closed.

    Opened by the first journal that names it. Type, side and rules are copied from the kind by the
    database.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    kind = models.ForeignKey(
        LedgerAccountKind, on_delete=models.PROTECT, db_index=False, db_column="kind"
    )
    type = models.CharField(max_length=10, choices=AccountType.choices)
    normal_side = models.CharField(max_length=6, choices=NormalSide.choices)
    non_negative = models.BooleanField()
    keeps_balance = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = append_only("payments_ledger_account")
        permissions = (
            ("view_receivable", "See what sellers owe"),
            ("write_off_receivable", "Write off what a seller owes"),
        )
        constraints = (
            models.UniqueConstraint(fields=["code", "currency"], name="ledger_account_once"),
            models.CheckConstraint(
                name="ledger_account_currency_is_iso",
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"
