"""Load, lock and describe erasures."""

from datetime import timedelta
from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.privacy import Obstacle, personal_data
from marketplace.users.models import Erasure
from marketplace.users.snapshots import ErasureSnapshot

COOLING_OFF = "users.erasure_cooling_off"
RETRY_AFTER = timedelta(minutes=10)
ASK_AGAIN_AFTER = timedelta(days=1)
"""When something became open meanwhile: a payout that came back, a chargeback."""


def find_open(user_id: UUID) -> Erasure | None:
    """The one that is under way or waits, if there is one."""
    return Erasure.objects.filter(
        user_id=user_id, cancelled_at__isnull=True, finished_at__isnull=True
    ).first()


def obstacles_of(user_id: UUID) -> list[Obstacle]:
    """What must be settled first, of every service."""
    return [each for kind in personal_data() for each in kind.obstacles(user_id)]


@needs_transaction
def take_due() -> Erasure | None:
    """One erasure whose time has come, locked, with its next attempt moved away.

    SKIP LOCKED: workers share the queue; a worker that dies leaves the next attempt to another.
    """
    now = clock.database_now()
    due = (
        Erasure.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .first()
    )
    if due is None:
        return None
    due.next_attempt_at = now + RETRY_AFTER
    due.attempts += 1
    due.save(update_fields=["next_attempt_at", "attempts"])
    return due


def erasure_snapshot(erasure: Erasure) -> ErasureSnapshot:
    return ErasureSnapshot(
        id=erasure.pk,
        user_id=erasure.user_id,
        requested_at=erasure.requested_at,
        due_at=erasure.due_at,
    )
