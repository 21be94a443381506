"""What the reasons to look at a payout rest on: a handful of rows each, by index."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.payments.models import HOLDING_FINDINGS, BankAccount, Payout, RiskFinding
from marketplace.payments.repositories.bank_accounts import NUMBERS, shared_rows
from marketplace.payments.repositories.payout_limits import counting_to

MOST_TO_NUMBER = 20
MOST_SHARED = 20


def list_payouts_to_number(*, payout_id: UUID) -> Sequence[Payout]:
    """What else went to its account number in the 24 hours before it, from whomever, newest
    first."""
    payout = _payout(payout_id)
    rows = counting_to(NUMBERS.of(payout.bank_account), at=payout.requested_at)
    others = rows.filter(requested_at__lte=payout.requested_at).exclude(id=payout.id)
    return list(others.select_related("user").order_by("-requested_at")[:MOST_TO_NUMBER])


def list_shared_accounts(*, payout_id: UUID) -> Sequence[BankAccount]:
    """The accounts for which its number counts as shared."""
    rows = shared_rows(_payout(payout_id).bank_account)
    return list(rows.select_related("user").order_by("-id")[:MOST_SHARED])


def list_holding_findings(*, seller_id: UUID) -> Sequence[RiskFinding]:
    rows = RiskFinding.objects.filter(seller_id=seller_id, status__in=HOLDING_FINDINGS)
    return list(rows.order_by("-id")[:MOST_SHARED])


def _payout(payout_id: UUID) -> Payout:
    return Payout.objects.select_related("bank_account").get(id=payout_id)
