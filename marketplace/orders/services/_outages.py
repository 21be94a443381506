"""An outage of the platform never costs a user a deadline: time that nobody swept is given back."""

from datetime import datetime, timedelta

from marketplace.core import clock
from marketplace.core.db import needs_transaction, opens_transaction
from marketplace.core.models import Heartbeat
from marketplace.orders.models import Deadline, SweepOutage

JOB_NAME = "orders.sweep_deadlines"
TOLERANCE = timedelta(minutes=5)
"""A shorter gap is a restart, not an outage."""


def note_outage() -> bool:
    """Record the time since the last successful sweep when it is too long; returns whether it was.

    The worker's heartbeat of the job says when that was. Two sweepers that come back at once record
    one outage, since its beginning is unique; and it lasts until a sweep succeeds, however often
    one is begun and fails.
    """
    too_long_ago = clock.database_moment() - TOLERANCE
    heartbeat = Heartbeat.objects.filter(name=JOB_NAME, succeeded_at__lt=too_long_ago).first()
    if heartbeat is None or heartbeat.succeeded_at is None:
        return False
    _record_outage(since=heartbeat.succeeded_at)
    return True


@opens_transaction
def _record_outage(*, since: datetime) -> None:
    SweepOutage.objects.bulk_create(
        [SweepOutage(began_at=since, ended_at=clock.database_now())],
        update_conflicts=True,
        unique_fields=["began_at"],
        update_fields=["ended_at"],
    )


@needs_transaction
def make_up_for_outages(deadline: Deadline, *, at: datetime) -> bool:
    """Move a due deadline by the time its user lost to outages; returns whether it is due no more.

    Counted when it comes due, not when the platform comes back: no mass update of open rows. An
    outage counts from the deadline's beginning at the earliest, and not at all when the deadline
    had passed before it.
    """
    due_at = deadline.due_at
    outages = SweepOutage.objects.filter(
        ended_at__gt=deadline.counts_from_at, ended_at__lte=at
    ).order_by("began_at")
    for outage in outages:
        if outage.began_at < due_at:
            due_at += outage.ended_at - max(outage.began_at, deadline.counts_from_at)
    if due_at == deadline.due_at:
        return False
    deadline.due_at = due_at
    deadline.next_attempt_at = due_at
    deadline.counts_from_at = at
    deadline.save(update_fields=["due_at", "next_attempt_at", "counts_from_at"])
    return due_at > at
