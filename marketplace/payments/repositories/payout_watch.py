"""Paid payouts that are asked about again for a while: a bank may return money days later, and the
webhook that says so may be lost."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.payments.models import Payout
from marketplace.payments.payout_terms import PayoutTerms

FIRST_LOOK = timedelta(hours=6)
AFTER_FAILURE = timedelta(hours=1)
TABLE = Payout._meta.db_table

# The next look is as far away as the payment is old: six hours, twelve, a day, two, … and one at
# the end of the window. Seven questions in a month, whatever happens in between.
CLAIM = f"""
    WITH moment AS (SELECT coalesce(%s, statement_timestamp()) AS at),
         due AS MATERIALIZED (
        SELECT id FROM {TABLE} WHERE watch_next_at <= coalesce(%s, statement_timestamp())
         ORDER BY watch_next_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE {TABLE} SET watch_next_at = CASE WHEN at < watch_until THEN
               least(at + greatest(at - updated_at, make_interval(secs => %s)), watch_until) END
      FROM moment WHERE id IN (SELECT id FROM due) RETURNING id
"""  # noqa: S608 - Django's documented model API


@needs_transaction
def begin_watch(payout: Payout) -> None:
    """It was paid just now: from here on for as long as its terms say."""
    terms = PayoutTerms.from_json(payout.policy)
    if not terms.return_window_days:
        return
    at = clock.database_now()
    payout.watch_until = at + timedelta(days=terms.return_window_days)
    payout.watch_next_at = min(at + FIRST_LOOK, payout.watch_until)
    payout.save(update_fields=["watch_until", "watch_next_at"])


@needs_transaction
def end_watch(payout: Payout) -> None:
    if payout.watch_next_at is not None:
        payout.watch_next_at = None
        payout.save(update_fields=["watch_next_at"])


def claim_watched(limit: int) -> Sequence[UUID]:
    """Take what is due and make its next appointment: one that dies meanwhile misses one look."""
    at = clock.frozen_moment()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [at, at, limit, FIRST_LOOK.total_seconds()])
        return [payout_id for (payout_id,) in cursor.fetchall()]


def watch_soon(payout_id: UUID) -> None:
    """The question had no answer."""
    Payout.objects.filter(id=payout_id, watch_next_at__isnull=False).update(
        watch_next_at=clock.database_moment() + AFTER_FAILURE
    )
