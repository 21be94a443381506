"""What an operator sees of money, and the few things an operator does.

Everything is read-only but payout minimums and policies; what a form or an action changes goes
through a command. The ledger is walked from account to entries to journal and back to the payment.
"""

from marketplace.payments.admin import (
    bank_accounts,
    chargebacks,
    commission_rules,
    findings,
    freezes,
    item_resolutions,
    ledger,
    open_items,
    payments,
    payout_policies,
    payouts,
    recon_items,
    reconciliation,
    reviews,
    seals,
    top_ups,
    wallets,
    webhooks,
)

__all__ = [
    "bank_accounts",
    "chargebacks",
    "commission_rules",
    "findings",
    "freezes",
    "item_resolutions",
    "ledger",
    "open_items",
    "payments",
    "payout_policies",
    "payouts",
    "recon_items",
    "reconciliation",
    "reviews",
    "seals",
    "top_ups",
    "wallets",
    "webhooks",
]
