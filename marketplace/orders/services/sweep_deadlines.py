"""Act on deadlines that are due. What happens is decided by the ordinary commands."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db.models import F, QuerySet

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import joinable, opens_transaction, with_retries
from marketplace.orders.errors import OrderFrozen
from marketplace.orders.models import Deadline, DeadlineKind
from marketplace.orders.services._outages import make_up_for_outages
from marketplace.orders.services.cancel_by_silence import cancel_by_silence
from marketplace.orders.services.complete_automatically import complete_automatically
from marketplace.orders.services.expire_payment import expire_payment
from marketplace.orders.services.expire_ship_by import expire_ship_by
from marketplace.orders.services.note_missing_scan import note_missing_scan
from marketplace.orders.services.remind_buyer import remind_buyer

SWEEPER = Actor.system("orders.sweep_deadlines")
BATCH_SIZE = 100
FROZEN_PAUSE = timedelta(minutes=10)
FIRST_PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 3600

ACTIONS: Mapping[str, Callable[..., Any]] = {
    DeadlineKind.PAY: expire_payment,
    DeadlineKind.SHIP_BY: expire_ship_by,
    DeadlineKind.CANCEL_REQUEST: cancel_by_silence,
    DeadlineKind.NO_SCAN: note_missing_scan,
    DeadlineKind.REMINDER: remind_buyer,
    DeadlineKind.AUTO_COMPLETE: complete_automatically,
}

log = structlog.get_logger(__name__)


def sweep_deadlines(*, limit: int = BATCH_SIZE) -> int:
    """Act on up to ``limit`` due deadlines, each order in a transaction of its own.

    Safe to run in any number of copies: an order that another transaction holds is skipped, and
    looked at again in the next round. One that fails is postponed, and the rest go on.
    """
    if not _due().exists():
        return 0
    for count in range(limit):
        if not _act_on_next():
            return count
    return limit


def _due() -> QuerySet[Deadline]:
    return Deadline.objects.filter(Deadline.OPEN, next_attempt_at__lte=clock.database_moment())


def _act_on_next() -> bool:
    claimed: list[UUID] = []

    def attempt() -> bool:
        claimed.clear()
        with joinable():
            deadline = _claim()
            if deadline is None:
                return False
            claimed.append(deadline.id)
            # Read again under the lock: another sweeper may have acted between our look and it.
            now = clock.database_now()
            current = Deadline.objects.filter(
                Deadline.OPEN, id=deadline.id, next_attempt_at__lte=now
            ).first()
            if current is not None and not make_up_for_outages(current, at=now):
                ACTIONS[current.kind](order_id=current.order_id, actor=SWEEPER)
            return True

    try:
        return with_retries(attempt)
    except OrderFrozen:
        # Timers stand still in a dispute; this is no failure.
        _postpone(claimed[0], by=FROZEN_PAUSE)
    except Exception as error:
        if not claimed:
            raise
        # Whatever is wrong with this order, it must not stop the others.
        _postpone_failed(claimed[0], error)
    return True


def _claim() -> Deadline | None:
    """The first due deadline whose order nobody holds. Locks the order, as every command does."""
    return (
        _due()
        .select_for_update(skip_locked=True, no_key=True, of=("order",))
        .select_related("order")
        .order_by("next_attempt_at")
        .first()
    )


@opens_transaction
def _postpone(deadline_id: UUID, *, by: timedelta) -> None:
    Deadline.objects.filter(Deadline.OPEN, id=deadline_id).update(
        next_attempt_at=clock.database_now() + by
    )


@opens_transaction
def _postpone_failed(deadline_id: UUID, error: Exception) -> None:
    deadline = Deadline.objects.filter(Deadline.OPEN, id=deadline_id).first()
    if deadline is None:
        return
    pause = min(FIRST_PAUSE_SECONDS * 2 ** min(deadline.attempts, 16), LONGEST_PAUSE_SECONDS)
    Deadline.objects.filter(Deadline.OPEN, id=deadline_id).update(
        attempts=F("attempts") + 1,
        last_error=f"{type(error).__name__}: {error}"[:500],
        next_attempt_at=_after(pause),
    )
    log.error(
        "deadline_failed",
        deadline_id=str(deadline_id),
        order_id=str(deadline.order_id),
        kind=deadline.kind,
        attempts=deadline.attempts + 1,
        error=str(error),
    )


def _after(seconds: float) -> datetime:
    return clock.database_now() + timedelta(seconds=seconds)
