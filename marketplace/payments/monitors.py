"""What readiness asks of payouts, beside whether their jobs run at all."""

from datetime import timedelta

from marketplace.core import clock
from marketplace.payments.models import PayoutSchedule
from marketplace.payments.repositories.schedules import run_moment

OVERDUE_AFTER = timedelta(hours=1)


def check_payout_schedules() -> str:
    """Scheduled payouts were made (mistake 15: payouts that nobody schedules).

    Asked of the day that was planned: one that fails and is tried later counts as not made.
    """
    planned = PayoutSchedule.objects.filter(due_at__isnull=False).order_by("run_on")
    oldest = planned.values_list("run_on", flat=True).first()
    if oldest is None or clock.database_now() < run_moment(oldest) + OVERDUE_AFTER:
        return ""
    return f"scheduled payouts of {oldest} were not made: see docs/runbooks/stuck-payout.md"
