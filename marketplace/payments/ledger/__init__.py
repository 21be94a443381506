"""The books: accounts, journals, entries, balances. Private to the payments service.

Chart of accounts, sign convention, invariants and lock order: README.md beside this file.
"""

from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import (
    BalanceAt,
    StatementLine,
    StatementPage,
    get_balance,
    get_balance_at,
    get_balances,
    is_settled,
    list_statement,
    lock_balances,
)
from marketplace.payments.ledger.errors import (
    AccountNamedTwice,
    AccountOffChart,
    AmountTooLarge,
    BusinessKeyReused,
    CurrencyMixed,
    InsufficientFunds,
    JournalAlreadyReversed,
    JournalUnbalanced,
    LedgerError,
    ReversalNotExact,
)
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import (
    Leg,
    PostedJournal,
    credit,
    debit,
    post_journal,
)

__all__ = [
    "AccountNamedTwice",
    "AccountOffChart",
    "AmountTooLarge",
    "BalanceAt",
    "BusinessKeyReused",
    "CurrencyMixed",
    "InsufficientFunds",
    "JournalAlreadyReversed",
    "JournalKind",
    "JournalUnbalanced",
    "LedgerError",
    "Leg",
    "PostedJournal",
    "ReversalNotExact",
    "StatementLine",
    "StatementPage",
    "accounts",
    "credit",
    "debit",
    "get_balance",
    "get_balance_at",
    "get_balances",
    "is_settled",
    "list_statement",
    "lock_balances",
    "post_journal",
]
