from uuid import UUID

from django.db.models import F

from marketplace.core.privacy import Obstacle
from marketplace.payments.ledger.accounts import seller_receivable, user_wallet
from marketplace.payments.models import (
    OPEN_ATTEMPT_STATUSES,
    LedgerBalance,
    Payment,
    Payout,
    PayoutStatus,
    Refund,
    RefundStatus,
    TopUp,
)

MOVING_PAYOUTS = (PayoutStatus.REQUESTED, PayoutStatus.UNKNOWN, PayoutStatus.SENT)
MOVING_REFUNDS = (RefundStatus.REQUESTED, RefundStatus.UNKNOWN, RefundStatus.SUBMITTED)
ANY_CURRENCY = "EUR"
"""An account's code names whose it is; its currency stands beside it."""


def list_erasure_obstacles(user_id: UUID) -> list[Obstacle]:
    """What of this person's money is not settled: nobody is erased while something is owed."""
    wallet = user_wallet(user_id, ANY_CURRENCY).code
    receivable = seller_receivable(user_id, ANY_CURRENCY).code
    unsettled = set(
        LedgerBalance.objects.filter(account__code__in=(wallet, receivable))
        .exclude(balance_minor=0)
        .values_list("account__code", flat=True)
    )
    found = []
    if wallet in unsettled:
        found.append(Obstacle("money_in_wallet", "Withdraw what is in the wallet first."))
    if receivable in unsettled:
        found.append(Obstacle("money_owed", "Something is owed to the platform: settle it first."))
    if _has_open_chargebacks(user_id):
        found.append(Obstacle("open_chargebacks", "A bank still decides on a payment."))
    if _has_money_under_way(user_id):
        found.append(Obstacle("money_under_way", "A payout, refund or top-up is under way."))
    return found


def _has_open_chargebacks(user_id: UUID) -> bool:
    disputed = Payment.objects.filter(open_chargebacks__gt=0)
    return disputed.filter(user_id=user_id).exists() or disputed.filter(seller_id=user_id).exists()


def _has_money_under_way(user_id: UUID) -> bool:
    held = Payment.objects.filter(
        captured_minor__gt=F("released_minor") + F("refunded_minor") + F("charged_back_minor")
    )
    return (
        Payout.objects.filter(user_id=user_id, status__in=MOVING_PAYOUTS).exists()
        or TopUp.objects.filter(user_id=user_id, status__in=OPEN_ATTEMPT_STATUSES).exists()
        or Refund.objects.filter(payment__user_id=user_id, status__in=MOVING_REFUNDS).exists()
        or held.filter(user_id=user_id).exists()
        or held.filter(seller_id=user_id).exists()
    )
