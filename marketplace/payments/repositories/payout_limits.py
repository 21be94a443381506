"""How much of a wallet's limits is used, and when there is room again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.models import BankAccount, Payout, PayoutStatus
from marketplace.payments.payout_terms import DAY, MONTH, PayoutTerms
from marketplace.payments.repositories.bank_accounts import lock_number

CAME_BACK = (PayoutStatus.FAILED, PayoutStatus.RETURNED)
"""What is in the wallet again uses no limit."""


@dataclass(frozen=True, slots=True)
class LimitUse:
    """What was requested in the last 24 hours and 30 days, and has not come back."""

    day_minor: int
    month_minor: int

    def room_minor(self, terms: PayoutTerms) -> int | None:
        """How much more the limits allow now; None is no limit."""
        rooms = [
            limit - used
            for limit, used in (
                (terms.day_limit_minor, self.day_minor),
                (terms.month_limit_minor, self.month_minor),
            )
            if limit is not None
        ]
        return max(0, min(rooms)) if rooms else None


def read_limit_use(*, wallet_id: UUID, at: datetime) -> LimitUse:
    """One query on an index that holds all it needs. To decide on it, lock the wallet before."""
    used = _counting(wallet_id, at - MONTH).aggregate(
        day=Sum("amount_minor", filter=Q(requested_at__gt=at - DAY)), month=Sum("amount_minor")
    )
    return LimitUse(int(used["day"] or 0), int(used["month"] or 0))


@needs_transaction
def is_busy_account(
    account: BankAccount, *, adding: Money, terms: PayoutTerms, at: datetime
) -> bool:
    """Whether one more payout is more than the terms let through to this account number in 24
    hours, counting what goes to it from anybody's wallet and has not come back.

    Under the number's lock: of two wallets that pay it at the same moment, the second sees the
    first. One query, from the accounts of the number to the payouts to each.
    """
    if not terms.limits_accounts:
        return False
    used = counting_to(lock_number(account), at=at).aggregate(
        payouts=Count("*"), amount=Sum("amount_minor", filter=Q(currency=adding.currency))
    )
    payouts, amount_minor = used["payouts"] + 1, int(used["amount"] or 0) + adding.amount_minor
    return _is_over(payouts, terms.account_day_payouts) or _is_over(
        amount_minor, terms.account_day_minor
    )


def counting_to(number: Sequence[bytes], *, at: datetime) -> "QuerySet[Payout]":
    """What was requested to a number, by its fingerprints, since 24 hours before ``at``."""
    rows = Payout.objects.filter(bank_account__fingerprint__in=number, requested_at__gt=at - DAY)
    return rows.exclude(status__in=CAME_BACK)


def _is_over(number: int, most: int | None) -> bool:
    return most is not None and number > most


def find_room_from(
    *, wallet_id: UUID, terms: PayoutTerms, amount_minor: int, at: datetime
) -> datetime | None:
    """When the limits have room for so much; None when they never have."""
    moments: list[datetime] = []
    for limit, window in ((terms.day_limit_minor, DAY), (terms.month_limit_minor, MONTH)):
        if limit is None:
            continue
        if amount_minor > limit:
            return None
        moment = _room_in(wallet_id, limit - amount_minor, window, at)
        if moment is not None:
            moments.append(moment)
    return max(moments, default=at)


def _room_in(wallet_id: UUID, most: int, window: timedelta, at: datetime) -> datetime | None:
    """When no more than ``most`` is left in the window; None when that is so already."""
    rows = _counting(wallet_id, at - window).order_by("requested_at")
    payouts = list(rows.values_list("requested_at", "amount_minor"))
    used = sum(amount_minor for _, amount_minor in payouts)
    for requested_at, amount_minor in payouts:
        if used <= most:
            return None
        used -= amount_minor
        if used <= most:
            return requested_at + window
    return None


def _counting(wallet_id: UUID, since: datetime) -> "QuerySet[Payout]":
    rows = Payout.objects.filter(wallet_id=wallet_id, requested_at__gt=since)
    return rows.exclude(status__in=CAME_BACK)
