from django.db import models

from marketplace.core.db import derived
from marketplace.payments.ledger.fields import (
    ClockTimestamp,
    CurrentTransactionId,
    TransactionIdField,
)
from marketplace.payments.models.ledger_account import LedgerAccount


class LedgerBalance(models.Model):
    """The present balance of an account that keeps one; its row lock orders the account's entries.

    Written by the database's own triggers alone: opened at zero with the account, moved by the
    entries. Any other INSERT, UPDATE or DELETE is refused.
    """

    account = models.OneToOneField(
        LedgerAccount, on_delete=models.PROTECT, primary_key=True, related_name="balance"
    )
    balance_minor = models.BigIntegerField(default=0)
    """On the account's normal side: a wallet with money in it is positive."""
    version = models.BigIntegerField(default=0)
    """How many entries the account has; the version of the newest one."""
    side = models.SmallIntegerField()
    """+1 when the normal side is debit, -1 when it is credit; copied from the account."""
    non_negative = models.BooleanField()
    posted_at = models.DateTimeField()
    """``posted_at`` of the newest entry: it never goes back along the versions."""

    class Meta:
        db_table = derived("payments_ledger_balance")
        constraints = (
            models.CheckConstraint(
                name="ledger_balance_not_negative",
                condition=models.Q(non_negative=False) | models.Q(balance_minor__gte=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} v{self.version}: {self.balance_minor}"


class LedgerSnapshot(models.Model):
    """What the entries of a hot account sum to, up to a horizon of finished transactions.

    Covers every entry of the account whose ``xact_id`` is below ``up_to_xact_id``: all those
    transactions had ended when it was taken, so no late commit can slip in behind it. The present
    balance is the newest snapshot plus the entries at or above its horizon.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, db_index=False)
    up_to_xact_id = TransactionIdField()
    balance_minor = models.BigIntegerField()
    """On the account's normal side."""
    entry_count = models.BigIntegerField()
    last_posted_at = models.DateTimeField()
    """The latest ``posted_at`` of any entry it covers."""
    marked_xact_id = TransactionIdField(db_default=CurrentTransactionId())
    """The roll-up's own transaction: younger than every transaction that began before
    ``taken_at``."""
    taken_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        db_table = derived("payments_ledger_snapshot")
        constraints = (
            models.UniqueConstraint(
                fields=["account", "up_to_xact_id"], name="ledger_snapshot_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} up to {self.up_to_xact_id}: {self.balance_minor}"
