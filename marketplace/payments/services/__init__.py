"""Commands. Each file holds one and says what it guarantees."""

from marketplace.payments.services.add_bank_account import add_bank_account
from marketplace.payments.services.create_payment import create_payment
from marketplace.payments.services.hold_captured_funds import hold_captured_funds
from marketplace.payments.services.quote_commission import combine_commission, quote_commission
from marketplace.payments.services.refund_escrow import refund_escrow
from marketplace.payments.services.release_escrow import release_escrow
from marketplace.payments.services.remove_bank_account import remove_bank_account
from marketplace.payments.services.request_withdrawal import request_withdrawal
from marketplace.payments.services.start_payment import start_payment
from marketplace.payments.services.void_payment import void_payment
from marketplace.payments.snapshots import (
    CommissionTerms,
    HoldOutcome,
    PaymentSnapshot,
    PaymentStart,
    PayoutSnapshot,
    RefundSnapshot,
    ReleaseSnapshot,
)

__all__ = [
    "CommissionTerms",
    "HoldOutcome",
    "PaymentSnapshot",
    "PaymentStart",
    "PayoutSnapshot",
    "RefundSnapshot",
    "ReleaseSnapshot",
    "add_bank_account",
    "combine_commission",
    "create_payment",
    "hold_captured_funds",
    "quote_commission",
    "refund_escrow",
    "release_escrow",
    "remove_bank_account",
    "request_withdrawal",
    "start_payment",
    "void_payment",
]
