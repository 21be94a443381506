"""Every journal of a payment or a payout: which accounts, which key that makes it once.

One module a subject; callers say ``postings.post_hold(…)``.
"""

from marketplace.payments.postings.captures import (
    post_hold,
    post_hold_from_suspense,
    post_shortage,
    post_unmatched_receipt,
)
from marketplace.payments.postings.chargebacks import (
    post_chargeback_lost,
    post_chargeback_opened,
    post_chargeback_won,
    post_escrow_disputed,
    post_unmatched_chargeback,
    post_unmatched_chargeback_returned,
)
from marketplace.payments.postings.differences import (
    post_difference_to_expense,
    post_difference_to_suspense,
)
from marketplace.payments.postings.payouts import (
    post_payout_failed,
    post_payout_paid,
    post_payout_requested,
)
from marketplace.payments.postings.platform import (
    post_provider_fee,
    post_settlement,
    provider_fee_key,
    settlement_key,
)
from marketplace.payments.postings.refunds import (
    post_refund,
    post_refund_failed,
    post_refund_from_suspense,
    post_refund_succeeded,
)
from marketplace.payments.postings.releases import (
    is_written_off,
    post_receivable_repaid,
    post_release,
    post_write_off,
)
from marketplace.payments.postings.shares import SellersShare
from marketplace.payments.postings.wallets import (
    post_exchange,
    post_refund_to_wallet,
    post_top_up,
    post_top_up_charged_back,
    post_top_up_from_suspense,
    post_top_up_given_back,
    post_wallet_payment,
)

__all__ = [
    "SellersShare",
    "is_written_off",
    "post_chargeback_lost",
    "post_chargeback_opened",
    "post_chargeback_won",
    "post_difference_to_expense",
    "post_difference_to_suspense",
    "post_escrow_disputed",
    "post_exchange",
    "post_hold",
    "post_hold_from_suspense",
    "post_payout_failed",
    "post_payout_paid",
    "post_payout_requested",
    "post_provider_fee",
    "post_receivable_repaid",
    "post_refund",
    "post_refund_failed",
    "post_refund_from_suspense",
    "post_refund_succeeded",
    "post_refund_to_wallet",
    "post_release",
    "post_settlement",
    "post_shortage",
    "post_top_up",
    "post_top_up_charged_back",
    "post_top_up_from_suspense",
    "post_top_up_given_back",
    "post_unmatched_chargeback",
    "post_unmatched_chargeback_returned",
    "post_unmatched_receipt",
    "post_wallet_payment",
    "post_write_off",
    "provider_fee_key",
    "settlement_key",
]
