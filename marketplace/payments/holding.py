"""When an alert is due about money that a provider will not hold for ever: pure functions."""

from datetime import datetime, timedelta
from enum import StrEnum


class HoldingStage(StrEnum):
    """The last alert about a payment's holding limit; "" before the first."""

    NONE = ""
    WEEK = "WEEK"
    DAY = "DAY"
    REACHED = "REACHED"


ALERTS: tuple[tuple[HoldingStage, timedelta], ...] = (
    (HoldingStage.WEEK, timedelta(days=7)),
    (HoldingStage.DAY, timedelta(days=1)),
    (HoldingStage.REACHED, timedelta(0)),
)
"""Each stage and how long before the limit it begins, in the order of time."""


def stage_at(limit: datetime, moment: datetime) -> HoldingStage:
    """The stage that has begun; where a limit is shorter than a week, some are skipped."""
    begun = [stage for stage, before in ALERTS if limit - before <= moment]
    return begun[-1] if begun else HoldingStage.NONE


def next_alert_at(limit: datetime, stage: str) -> datetime | None:
    """When the stage after this one begins; None after the last."""
    stages = [known for known, _ in ALERTS]
    following = stages.index(HoldingStage(stage)) + 1 if stage else 0
    return limit - ALERTS[following][1] if following < len(ALERTS) else None
