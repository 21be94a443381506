"""Folding the entries of hot accounts into snapshots."""

from django.db import connection

from marketplace.core.db import in_transaction
from marketplace.payments.ledger.errors import typed_errors

FOLD_AT_LEAST = 100
"""Fewer new entries than this are quicker to sum than worth a snapshot."""


def roll_up_balances(*, at_least: int = FOLD_AT_LEAST) -> int:
    """Fold what finished transactions have posted to each hot account; returns how many entries.

    Each account is a transaction of its own. Postings neither wait for it nor hold it up, and a
    fold that never runs costs time, not truth: a balance is the snapshot plus what came after.
    """
    if in_transaction():
        raise RuntimeError("the roll-up commits account by account")
    folded = 0
    with typed_errors(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM payments_ledger_account WHERE NOT keeps_balance ORDER BY id")
        for (account_id,) in cursor.fetchall():
            cursor.execute("SELECT ledger_fold(%s, %s)", [account_id, at_least])
            folded += cursor.fetchone()[0]
    return folded
