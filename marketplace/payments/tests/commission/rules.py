"""Commission rules for tests: written past the command, thus of any period."""

from datetime import timedelta
from typing import Any

from marketplace.core import clock
from marketplace.payments.models import CommissionRule


def rule(rate_bps: int = 1000, **changes: Any) -> CommissionRule:
    """A standing rule since yesterday, for every sale unless told else."""
    at = clock.now()
    fields: dict[str, Any] = {
        "name": f"{rate_bps}",
        "rate_bps": rate_bps,
        "valid_from_at": at - timedelta(days=1),
        "created_at": at,
        "updated_at": at,
        **changes,
    }
    return CommissionRule.objects.create(**fields)
