"""Reads. None of them locks, and none of them changes anything."""

from marketplace.payments.models import WALLET
from marketplace.payments.providers.factory import choose_provider
from marketplace.payments.queries.explain_commission import (
    CommissionExplanation,
    RankedRule,
    explain_commission,
    preview_commission,
)
from marketplace.payments.queries.get_claims import Claims, get_claims
from marketplace.payments.queries.get_commission_report import (
    CommissionReportRow,
    get_commission_report,
)
from marketplace.payments.queries.get_holding_alerts import get_holding_alerts
from marketplace.payments.queries.get_money_trail import MoneyTrail, get_money_trail
from marketplace.payments.queries.get_payment import get_payment
from marketplace.payments.queries.get_payment_proof import get_payment_proof
from marketplace.payments.queries.get_payment_timeline import TimelineEntry, get_payment_timeline
from marketplace.payments.queries.get_payout_evidence import (
    MOST_TO_NUMBER,
    list_holding_findings,
    list_payouts_to_number,
    list_shared_accounts,
)
from marketplace.payments.queries.get_payout_facts import PayoutFacts, get_payout_facts
from marketplace.payments.queries.get_platform_money import PlatformMoney, get_platform_money
from marketplace.payments.queries.get_reconciliation import get_reconciliation, grace_minutes
from marketplace.payments.queries.get_seal_head import get_seal_head
from marketplace.payments.queries.get_statement import get_statement, get_statement_holder
from marketplace.payments.queries.get_wallet_balance_at import get_wallet_balance_at
from marketplace.payments.queries.get_wallets import get_wallets
from marketplace.payments.queries.list_bank_accounts import list_bank_accounts
from marketplace.payments.queries.list_held_for_buyer import list_held_for_buyer
from marketplace.payments.queries.list_payments import list_payments
from marketplace.payments.queries.list_payout_schedules import list_payout_schedules
from marketplace.payments.queries.list_receivables import MAX_ROWS as MOST_RECEIVABLES
from marketplace.payments.queries.list_receivables import Receivable, list_receivables
from marketplace.payments.queries.list_wallet_transactions import list_wallet_transactions
from marketplace.payments.queries.list_withdrawals import list_withdrawals
from marketplace.payments.queries.top_ups import get_top_up, list_top_ups
from marketplace.payments.queries.was_paid_from_wallet import was_paid_from_wallet
from marketplace.payments.snapshots import (
    BankAccountSnapshot,
    PaymentSnapshot,
    PayoutSnapshot,
    WalletSnapshot,
)

__all__ = [
    "MOST_RECEIVABLES",
    "MOST_TO_NUMBER",
    "WALLET",
    "BankAccountSnapshot",
    "Claims",
    "CommissionExplanation",
    "CommissionReportRow",
    "MoneyTrail",
    "PaymentSnapshot",
    "PayoutFacts",
    "PayoutSnapshot",
    "PlatformMoney",
    "RankedRule",
    "Receivable",
    "TimelineEntry",
    "WalletSnapshot",
    "choose_provider",
    "explain_commission",
    "get_claims",
    "get_commission_report",
    "get_holding_alerts",
    "get_money_trail",
    "get_payment",
    "get_payment_proof",
    "get_payment_timeline",
    "get_payout_facts",
    "get_platform_money",
    "get_reconciliation",
    "get_seal_head",
    "get_statement",
    "get_statement_holder",
    "get_top_up",
    "get_wallet_balance_at",
    "get_wallets",
    "grace_minutes",
    "list_bank_accounts",
    "list_held_for_buyer",
    "list_holding_findings",
    "list_payments",
    "list_payout_schedules",
    "list_payouts_to_number",
    "list_receivables",
    "list_shared_accounts",
    "list_top_ups",
    "list_wallet_transactions",
    "list_withdrawals",
    "preview_commission",
    "was_paid_from_wallet",
]
