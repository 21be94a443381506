"""The timers of one deal, and how they are counted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

SATURDAY = 5
"""``datetime.weekday()`` of the first day of the weekend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowTerms:
    """What ``EscrowPolicy`` said when the order was placed. Units are in the names."""

    pay_within_minutes: int
    pay_slow_within_hours: int
    cancellation_answer_hours: int
    ship_within_business_days: int
    ship_extension_business_days: int
    scan_within_days: int
    inspection_tracked_hours: int
    inspection_untracked_hours: int
    inspection_in_person_hours: int
    reminder_before_hours: int

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "EscrowTerms":
        return cls(**{name: int(data[name]) for name in cls.__dataclass_fields__})

    def to_json(self) -> dict[str, int]:
        return asdict(self)

    def pay_window(self, *, is_slow: bool) -> timedelta:
        if is_slow:
            return timedelta(hours=self.pay_slow_within_hours)
        return timedelta(minutes=self.pay_within_minutes)

    def ship_by(self, paid_at: datetime) -> datetime:
        return add_business_days(paid_at, self.ship_within_business_days)

    def inspection_window(self, *, is_tracked: bool, is_in_person: bool) -> timedelta:
        if is_in_person:
            return timedelta(hours=self.inspection_in_person_hours)
        hours = self.inspection_tracked_hours if is_tracked else self.inspection_untracked_hours
        return timedelta(hours=hours)

    def reminder_before(self, window: timedelta) -> timedelta:
        """How long before the end of ``window`` the buyer is reminded."""
        return min(timedelta(hours=self.reminder_before_hours), window / 2)


def add_business_days(moment: datetime, days: int) -> datetime:
    """The same time of day, ``days`` business days later; weekends (UTC) do not count.

    Public holidays are not known: they differ by country, and the buyer may extend.
    """
    while days > 0:
        moment += timedelta(days=1)
        if moment.weekday() < SATURDAY:
            days -= 1
    return moment
