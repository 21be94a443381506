"""The terms of a payout: what ``PayoutPolicy`` said at one moment, for one seller and currency."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

APPROVERS = 2
"""How many different operators approve a payout that waits."""
DAY = timedelta(hours=24)
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutTerms:
    """Pinned on the payout when it is requested. Amounts are minor units; None is no limit.

    The defaults hold where no row says anything, so that an empty table is careful, not open.
    """

    minimum_minor: int = 1
    bank_account_wait_hours: int = 72
    """How long a new account waits before money can go to it."""
    maximum_minor: int | None = None
    """The most of one payout."""
    day_limit_minor: int | None = None
    """The most in any 24 hours."""
    month_limit_minor: int | None = None
    """The most in any 30 days."""
    approval_above_minor: int | None = None
    """More than this waits for two operators."""
    account_day_payouts: int | None = None
    """More payouts than this to one account number in any 24 hours, from anybody, wait for them."""
    account_day_minor: int | None = None
    """And so does more money than this."""
    shared_account_waits: bool = False
    """So does one to a number that somebody else keeps, or that a payout came back from."""
    held_sales_count: int = 3
    held_sales_days: int = 7
    """The first so many released sales can be withdrawn so many days after their release."""
    reserve_bps: int = 0
    reserve_days: int = 0
    """This share of every release can be withdrawn so many days after it."""
    return_window_days: int = 30
    """How long a paid payout is asked about, because banks return money late."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "PayoutTerms":
        """Members of a later version are ignored, those of an older one that lack get defaults."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in names})

    @property
    def limits_accounts(self) -> bool:
        return self.account_day_payouts is not None or self.account_day_minor is not None

    def is_large(self, amount_minor: int) -> bool:
        """Above the threshold: two operators look at it."""
        limit = self.approval_above_minor
        return limit is not None and amount_minor > limit
