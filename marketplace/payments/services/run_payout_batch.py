from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import F

from marketplace.core import clock
from marketplace.core.db import is_connection_failure
from marketplace.payments.models import PayoutSchedule
from marketplace.payments.repositories.schedules import count_open_batches
from marketplace.payments.services.pay_on_schedule import pay_on_schedule

BATCH_SIZE = 50
FIRST_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 3600

log = structlog.get_logger(__name__)


def run_payout_batch() -> int:
    """Make the scheduled payouts that are due, each in a transaction of its own; returns how many
    wallets were looked at.

    One that fails is postponed and keeps its period; the others go on. A crash leaves the rest due.
    """
    due = PayoutSchedule.objects.filter(due_at__lte=clock.database_now()).order_by("due_at")
    wallet_ids = list(due.values_list("wallet_id", flat=True)[:BATCH_SIZE])
    for wallet_id in wallet_ids:
        try:
            pay_on_schedule(wallet_id=wallet_id)
        except Exception as error:
            if is_connection_failure(error):
                raise
            _postpone(wallet_id, error)
    if len(wallet_ids) < BATCH_SIZE:
        count_open_batches()
    return len(wallet_ids)


def _postpone(wallet_id: UUID, error: Exception) -> None:
    log.error("scheduled_payout_failed", wallet_id=str(wallet_id), exc_info=error)
    schedules = PayoutSchedule.objects.filter(wallet_id=wallet_id, due_at__isnull=False)
    attempts = schedules.values_list("attempts", flat=True).first() or 0
    wait_seconds = min(FIRST_WAIT_SECONDS * 2 ** min(attempts, 10), LONGEST_WAIT_SECONDS)
    schedules.update(
        due_at=clock.database_now() + timedelta(seconds=wait_seconds),
        attempts=F("attempts") + 1,
        last_error=f"{type(error).__name__}: {error}"[:500],
    )
