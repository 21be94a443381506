"""What can happen to a payment whose provider will not hold the money for ever."""

from datetime import datetime

from marketplace.payments.streams.facts.base import Fact, fact


@fact
class HoldingAlertRaised(Fact):
    """Operators were told that the limit is near, or reached; nothing was moved."""

    stage: str
    must_settle_before: datetime


@fact
class HoldingLimitLifted(Fact):
    """An operator has seen to it that the money may wait on, as from the platform's own bank."""

    reason: str
