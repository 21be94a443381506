"""When the next scheduled payout of a wallet is due, and what the runs of a day add up to."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import connection

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.payments.models import (
    PayoutBatch,
    PayoutBatchItem,
    PayoutInterval,
    PayoutSchedule,
    Weekday,
)
from marketplace.payments.snapshots import PayoutScheduleSnapshot, ScheduledRun

RUN_TIME = time(6, tzinfo=UTC)
"""Scheduled payouts are made from this time of the day on."""
WEEKDAYS = list(Weekday.values)

# A batch is counted from its items, so that whatever crashed or ran twice, its figures are right;
# it is finished when nothing of its day or before is left to do.
COUNT_OPEN_BATCHES = f"""
    UPDATE {PayoutBatch._meta.db_table} AS batch
       SET payouts = counted.payouts, skipped = counted.skipped, total_minor = counted.total_minor,
           finished_at = CASE WHEN NOT EXISTS (
               SELECT FROM {PayoutSchedule._meta.db_table} AS left_over
                WHERE left_over.currency = batch.currency AND left_over.run_on <= batch.run_on
                  AND left_over.due_at IS NOT NULL) THEN %s END
      FROM (SELECT item.batch_id,
                   count(*) FILTER (WHERE outcome = 'REQUESTED') AS payouts,
                   count(*) FILTER (WHERE outcome = 'SKIPPED') AS skipped,
                   coalesce(sum(amount_minor) FILTER (WHERE outcome = 'REQUESTED'), 0)
                       AS total_minor
              FROM {PayoutBatchItem._meta.db_table} AS item
              JOIN {PayoutBatch._meta.db_table} AS open ON open.id = item.batch_id
             WHERE open.finished_at IS NULL GROUP BY item.batch_id) AS counted
     WHERE batch.id = counted.batch_id
"""  # noqa: S608 - Django's documented model API


def first_run_on(interval: str, weekday: str, *, at: datetime, after: date | None) -> date | None:
    """The day of the first run from now on, later than ``after``; None for MANUAL."""
    earliest = at.date() if at < run_moment(at.date()) else at.date() + timedelta(days=1)
    if after is not None and after >= earliest:
        earliest = after + timedelta(days=1)
    if interval == PayoutInterval.MANUAL:
        return None
    if interval == PayoutInterval.DAILY:
        return earliest
    return earliest + timedelta(days=(WEEKDAYS.index(weekday) - earliest.weekday()) % 7)


def run_moment(run_on: date) -> datetime:
    return datetime.combine(run_on, RUN_TIME)


@needs_transaction
def plan_next(schedule: PayoutSchedule, *, at: datetime, after: date | None) -> None:
    """Give the schedule its next run. Changed under the wallet's lock only."""
    schedule.run_on = first_run_on(schedule.interval, schedule.weekday, at=at, after=after)
    schedule.due_at = run_moment(schedule.run_on) if schedule.run_on else None
    schedule.attempts, schedule.last_error = 0, ""
    schedule.updated_at = clock.now()


@needs_transaction
def ensure_batch(*, run_on: date, currency: str) -> PayoutBatch:
    """The batch of the day and currency. Two first runs at once: the second changes nothing."""
    PayoutBatch.objects.bulk_create(
        [PayoutBatch(id=new_id(), run_on=run_on, currency=currency, started_at=clock.now())],
        ignore_conflicts=True,
    )
    return PayoutBatch.objects.get(run_on=run_on, currency=currency)


def count_open_batches() -> int:
    """Bring the figures of open batches up to their items; returns how many were open."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_OPEN_BATCHES, [clock.database_now()])
        return int(cursor.rowcount)


def last_run_of(wallet_id: UUID) -> PayoutBatchItem | None:
    return PayoutBatchItem.objects.filter(wallet_id=wallet_id).order_by("-run_on").first()


def schedule_snapshot_of(
    currency: str, schedule: PayoutSchedule | None, last: PayoutBatchItem | None
) -> PayoutScheduleSnapshot:
    """A wallet without a row is paid out on request."""
    return PayoutScheduleSnapshot(
        currency=currency,
        interval=schedule.interval if schedule else PayoutInterval.MANUAL,
        weekday=schedule.weekday if schedule else "",
        next_run_at=run_moment(schedule.run_on) if schedule and schedule.run_on else None,
        last_run=ScheduledRun(
            run_on=last.run_on,
            outcome=last.outcome,
            code=last.code,
            note=last.note,
            withdrawal_id=last.payout_id,
        )
        if last
        else None,
    )
