from django.contrib.postgres.fields import ArrayField
from django.db import models

from marketplace.core.db import append_only, derived
from marketplace.payments.ledger.fields import CurrentTransactionId, TransactionIdField
from marketplace.payments.models.ledger_account import LedgerAccount


class LedgerJournal(models.Model):
    """One business fact in the books: two or more legs that sum to zero per currency.

    The row states its legs; the database checks them, writes one :class:`LedgerEntry` for each and
    moves the balances, in the same statement. It refuses any later change.
    """

    id = models.UUIDField(primary_key=True)
    """UUIDv7."""
    kind = models.CharField(max_length=40)
    business_key = models.CharField(max_length=200)
    """What makes it happen once, such as ``release:{order}``."""
    reference_id = models.UUIDField()
    """The order, payout or user it belongs to; the distribution key."""
    reverses_id = models.UUIDField(null=True)
    """The journal this one takes back. No foreign key: nothing points at a leaf table."""
    account_ids = ArrayField(models.BigIntegerField())
    """One account for each leg; an account appears at most once."""
    amounts_minor = ArrayField(models.BigIntegerField())
    """The amount of each leg: positive for a debit, negative for a credit, never zero."""
    metadata = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True, default="")
    occurred_at = models.DateTimeField()
    """When it happened in the world, as the caller says. When it entered the books is
    ``posted_at`` of its entries."""
    xact_id = TransactionIdField(db_default=CurrentTransactionId())
    """The transaction that wrote it, given by the database: the order in which journals are
    sealed."""

    class Meta:
        db_table = append_only("payments_ledger_journal")
        permissions = (
            ("enter_settlement", "Enter settlements"),
            ("reverse_journal", "Reverse journals"),
        )
        constraints = (
            models.UniqueConstraint(fields=["business_key"], name="ledger_journal_once"),
            models.UniqueConstraint(
                fields=["reverses_id"],
                name="ledger_journal_reversed_once",
                condition=models.Q(reverses_id__isnull=False),
            ),
            models.CheckConstraint(
                name="ledger_journal_two_legs", condition=models.Q(account_ids__len__gte=2)
            ),
        )
        indexes = (
            models.Index(fields=["reference_id", "id"], name="ledger_journal_reference"),
            models.Index(fields=["xact_id", "id"], name="ledger_journal_sealing"),
        )

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.business_key}"


class LedgerEntry(models.Model):
    """One leg of a journal: a signed amount on one account.

    ``amount_minor`` is positive for a debit and negative for a credit, whatever the account's
    normal side. On an account that keeps a balance, ``account_version`` counts its entries from 1
    without gaps in the order of the account's lock, and ``balance_after_minor`` is the balance
    (on the normal side) after this entry; both are null on a hot account.
    """

    id = models.BigAutoField(primary_key=True)
    """The global sequence. Drawn before the commit: order by it, never fold by it."""
    journal = models.ForeignKey(
        LedgerJournal,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="entries",
    )
    line = models.SmallIntegerField()
    """The leg's place in the journal, from 1."""
    account = models.ForeignKey(
        LedgerAccount,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="entries",
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    account_version = models.BigIntegerField(null=True)
    balance_after_minor = models.BigIntegerField(null=True)
    reference_id = models.UUIDField()
    """The journal's; the distribution key."""
    posted_at = models.DateTimeField()
    """When it entered the books: the database's clock, read once per journal under its locks."""
    xact_id = TransactionIdField()
    """The transaction that wrote it: what the folding of hot accounts goes by."""

    class Meta:
        db_table = derived("payments_ledger_entry")
        verbose_name_plural = "ledger entries"
        constraints = (
            models.UniqueConstraint(fields=["journal", "line"], name="ledger_entry_line_once"),
            models.UniqueConstraint(
                fields=["account", "account_version"],
                name="ledger_entry_version_once",
                condition=models.Q(account_version__isnull=False),
            ),
            models.CheckConstraint(
                name="ledger_entry_amount_not_zero", condition=~models.Q(amount_minor=0)
            ),
        )
        indexes = (
            models.Index(
                fields=["account", "xact_id", "id"],
                name="ledger_entry_hot",
                condition=models.Q(account_version__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.journal_id}/{self.line}: {self.amount_minor} {self.currency}"
