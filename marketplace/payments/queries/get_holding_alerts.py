from django.db.models import Count

from marketplace.payments.holding import HoldingStage
from marketplace.payments.models import Payment


def get_holding_alerts() -> dict[str, int]:
    """How many payments are in each stage before and at their provider's limit.

    Read from an index of the alerted payments alone.
    """
    rows = Payment.objects.exclude(holding_stage="").values("holding_stage")
    counted = {row["holding_stage"]: row["number"] for row in rows.annotate(number=Count("id"))}
    return {stage: counted.get(stage, 0) for stage in HoldingStage if stage}


def check_holding_limits() -> str:
    """For readiness: one sentence while money is past its provider's limit."""
    reached = get_holding_alerts()[HoldingStage.REACHED]
    if not reached:
        return ""
    return f"{reached} payments are past their provider's limit on holding money: see the reviews."
