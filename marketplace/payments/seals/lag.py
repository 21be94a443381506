"""Whether the sealer keeps up."""

from django.db import connection

from marketplace.core import clock
from marketplace.payments.seals.sealer import last_place

MAX_LAG_SECONDS = 300.0

# The first rows after the last leaf. Written by open transactions, too: those that wait so long
# hold the sealer up, and that is what an operator should hear of.
OLDEST = """
    (SELECT e.occurred_at FROM payments_payment_event e
      WHERE (e.xact_id, e.stream_id, e.version) > (%s::xid8, %s, %s)
        AND NOT EXISTS (SELECT FROM payments_seal_leaf l
                         WHERE l.subject_id = e.stream_id AND l.version = e.version)
      ORDER BY e.xact_id, e.stream_id, e.version LIMIT 1)
    UNION ALL
    (SELECT e.posted_at FROM payments_ledger_journal j
       JOIN payments_ledger_entry e ON e.journal_id = j.id AND e.line = 1
      WHERE (j.xact_id, j.id) > (%s::xid8, %s) ORDER BY j.xact_id, j.id LIMIT 1)
"""


def lag_seconds() -> float:
    """How long the oldest event or journal without a seal has waited; 0 when there is none."""
    last = last_place()
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, [*last.before_events, *last.before_journals])
        oldest = cursor.fetchall()
    if not oldest:
        return 0.0
    waited: float = (clock.database_now() - min(at for (at,) in oldest)).total_seconds()
    return max(waited, 0.0)


def check_lag() -> str:
    """For readiness: "" while seals follow within five minutes."""
    lag = lag_seconds()
    if lag <= MAX_LAG_SECONDS:
        return ""
    return (
        f"The oldest event or journal has waited for its seal for {lag / 60:.0f} min. Is "
        "payments.seal_events running, or a transaction left open?"
    )
