"""What an operator sees of money, and the few things an operator does.

Everything is read-only but commission rules and payout minimums; what an action changes goes
through a command. The ledger is walked from account to entries to journal and back to the payment.
"""

from marketplace.payments.admin import ledger, open_items, payments, reviews, wallets, webhooks

__all__ = ["ledger", "open_items", "payments", "reviews", "wallets", "webhooks"]
