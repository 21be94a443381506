"""The platform's side of the story: what the ledger itself says, read straight from its entries."""

from dataclasses import dataclass, field

from django.db import connection

BALANCES = """
    SELECT account.kind, coalesce(sum(entry.amount_minor), 0)
    FROM payments_ledger_account account
    JOIN payments_ledger_entry entry ON entry.account_id = account.id
    WHERE account.currency = %s
    GROUP BY account.kind
"""


def _account(label: str) -> int:
    return field(default=0, metadata={"label": label})


@dataclass(frozen=True)
class Books:
    """Balances of one currency in minor units, each as a person expects to read it."""

    escrow: int = _account("waiting in escrow")
    wallet: int = _account("seller's wallet")
    commission: int = _account("our commission")
    tax: int = _account("tax on it")
    refunds: int = _account("refunds under way")
    payouts: int = _account("payouts under way")
    clearing: int = _account("at the provider")


KINDS = {
    "escrow": "order_escrow",
    "wallet": "user_wallet",
    "commission": "revenue_commission",
    "tax": "tax",
    "refunds": "refund",
    "payouts": "payout",
    "clearing": "psp_clearing",
}
DEBIT_NORMAL = {"clearing"}


def read_books(currency: str) -> Books:
    """Sum the entries themselves: no cached balance is trusted here."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, [currency])
        debits = {kind: int(total) for kind, total in cursor.fetchall()}
    return Books(
        **{
            name: debits.get(kind, 0) * (1 if name in DEBIT_NORMAL else -1)
            for name, kind in KINDS.items()
        }
    )
