"""Find what the clock has to move, and move it: one transaction each."""

from django.db import connection

from sandbox.provider.services.pay_out import advance_payout
from sandbox.provider.services.refund_payment import settle_refund
from sandbox.provider.services.settle_payment import advance_payment

# Each part is answered by a partial index that holds only what still has to move. The index can
# bound the search only by a stable function: clock_timestamp() would read every unpaid payment.
_DUE = """
    (SELECT 'refund', id FROM provider_refund
      WHERE status = 'pending' AND due_at <= statement_timestamp() ORDER BY due_at LIMIT %s)
    UNION ALL
    (SELECT 'payout', id FROM provider_payout
      WHERE due_at IS NOT NULL AND due_at <= statement_timestamp() ORDER BY due_at LIMIT %s)
    UNION ALL
    (SELECT 'payment', id FROM provider_payment
      WHERE status IN ('requires_payment', 'processing') AND due_at <= statement_timestamp()
      ORDER BY due_at LIMIT %s)
"""
_STEPS = {"refund": settle_refund, "payout": advance_payout, "payment": advance_payment}


def find_due(limit: int) -> list[tuple[str, str]]:
    """Kinds and ids of what is due, at most `limit` of each."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [limit, limit, limit])
        return [(kind, thing_id) for kind, thing_id in cursor.fetchall()]


def settle(kind: str, thing_id: str) -> None:
    """Move one on; does nothing when somebody else just did."""
    _STEPS[kind](thing_id)
