"""Commands. Each file holds one and says what it guarantees."""

from marketplace.payments.commission.new_rule import NewCommissionRule
from marketplace.payments.services.add_bank_account import add_bank_account
from marketplace.payments.services.approve_payout import approve_payout
from marketplace.payments.services.ask_about_item import ask_about_item
from marketplace.payments.services.assign_receipt import assign_receipt
from marketplace.payments.services.book_provider_fee import book_provider_fee
from marketplace.payments.services.cancel_withdrawal import cancel_withdrawal
from marketplace.payments.services.check_invariants import check_invariants
from marketplace.payments.services.choose_default_bank_account import choose_default_bank_account
from marketplace.payments.services.clear_bank_account import clear_bank_account
from marketplace.payments.services.clear_finding import clear_finding
from marketplace.payments.services.compare_balances import compare_balances
from marketplace.payments.services.confirm_finding import confirm_finding
from marketplace.payments.services.create_commission_rule import create_commission_rule
from marketplace.payments.services.create_payment import create_payment
from marketplace.payments.services.decide_item_resolution import decide_item_resolution
from marketplace.payments.services.end_commission_rule import end_commission_rule
from marketplace.payments.services.enter_settlement import enter_settlement
from marketplace.payments.services.exchange_currency import exchange_currency
from marketplace.payments.services.freeze_payouts import freeze_payouts
from marketplace.payments.services.hold_captured_funds import hold_captured_funds
from marketplace.payments.services.import_report import import_report, import_reports
from marketplace.payments.services.import_report_file import ImportedFile, import_report_file
from marketplace.payments.services.lift_payout_freeze import lift_payout_freeze
from marketplace.payments.services.match_reports import match_report, match_reports
from marketplace.payments.services.pay_from_wallet import pay_from_wallet
from marketplace.payments.services.process_webhooks import process_webhooks
from marketplace.payments.services.quote_commission import combine_commission, quote_commission
from marketplace.payments.services.raise_holding_alerts import raise_holding_alerts
from marketplace.payments.services.receive_webhook import receive_webhook
from marketplace.payments.services.record_settlement import record_settlement
from marketplace.payments.services.refund_escrow import refund_escrow
from marketplace.payments.services.refund_order import refund_order
from marketplace.payments.services.reinstate_wallet import reinstate_wallet
from marketplace.payments.services.reject_payout import reject_payout
from marketplace.payments.services.release_escrow import release_escrow
from marketplace.payments.services.release_part import release_part
from marketplace.payments.services.remove_bank_account import remove_bank_account
from marketplace.payments.services.reopen_finding import reopen_finding
from marketplace.payments.services.reprocess_webhook import reprocess_webhook
from marketplace.payments.services.request_withdrawal import request_withdrawal
from marketplace.payments.services.resolve_item import resolve_item
from marketplace.payments.services.resolve_review import Resolution, resolve_review
from marketplace.payments.services.reverse_exchange import reverse_exchange
from marketplace.payments.services.reverse_posting import reverse_posting
from marketplace.payments.services.run_payout_batch import run_payout_batch
from marketplace.payments.services.set_payout_schedule import set_payout_schedule
from marketplace.payments.services.settle_unknown_attempts import settle_unknown_attempts
from marketplace.payments.services.settle_unknown_top_ups import settle_unknown_top_ups
from marketplace.payments.services.start_payment import start_payment
from marketplace.payments.services.submit_payouts import submit_payouts
from marketplace.payments.services.submit_refunds import submit_refunds
from marketplace.payments.services.suspend_wallet import suspend_wallet
from marketplace.payments.services.top_up_wallet import top_up_wallet
from marketplace.payments.services.void_payment import void_payment
from marketplace.payments.services.watch_chargebacks import watch_chargebacks
from marketplace.payments.services.watch_paid_payouts import watch_paid_payouts
from marketplace.payments.services.write_off_receivable import write_off_receivable
from marketplace.payments.snapshots import (
    BankAccountSnapshot,
    CommissionTerms,
    HoldOutcome,
    PaymentSnapshot,
    PaymentStart,
    PayoutSnapshot,
    RefundSnapshot,
    ReleaseSnapshot,
    SaleLine,
)

__all__ = [
    "BankAccountSnapshot",
    "CommissionTerms",
    "HoldOutcome",
    "ImportedFile",
    "NewCommissionRule",
    "PaymentSnapshot",
    "PaymentStart",
    "PayoutSnapshot",
    "RefundSnapshot",
    "ReleaseSnapshot",
    "Resolution",
    "SaleLine",
    "add_bank_account",
    "approve_payout",
    "ask_about_item",
    "assign_receipt",
    "book_provider_fee",
    "cancel_withdrawal",
    "check_invariants",
    "choose_default_bank_account",
    "clear_bank_account",
    "clear_finding",
    "combine_commission",
    "compare_balances",
    "confirm_finding",
    "create_commission_rule",
    "create_payment",
    "decide_item_resolution",
    "end_commission_rule",
    "enter_settlement",
    "exchange_currency",
    "freeze_payouts",
    "hold_captured_funds",
    "import_report",
    "import_report_file",
    "import_reports",
    "lift_payout_freeze",
    "match_report",
    "match_reports",
    "pay_from_wallet",
    "process_webhooks",
    "quote_commission",
    "raise_holding_alerts",
    "receive_webhook",
    "record_settlement",
    "refund_escrow",
    "refund_order",
    "reinstate_wallet",
    "reject_payout",
    "release_escrow",
    "release_part",
    "remove_bank_account",
    "reopen_finding",
    "reprocess_webhook",
    "request_withdrawal",
    "resolve_item",
    "resolve_review",
    "reverse_exchange",
    "reverse_posting",
    "run_payout_batch",
    "set_payout_schedule",
    "settle_unknown_attempts",
    "settle_unknown_top_ups",
    "start_payment",
    "submit_payouts",
    "submit_refunds",
    "suspend_wallet",
    "top_up_wallet",
    "void_payment",
    "watch_chargebacks",
    "watch_paid_payouts",
    "write_off_receivable",
]
