"""`python -m sandbox check`: does everything that is written down agree?"""

from django.db import connection, transaction

CHECKS: dict[str, str] = {
    "positions run from 1 without a gap": """
        SELECT 'book', last_position, count(t.position), max(t.position)
          FROM provider_book LEFT JOIN provider_balancetransaction t ON true
         GROUP BY last_position
        HAVING last_position <> count(t.position) OR last_position <> COALESCE(max(t.position), 0)
    """,
    "each line adds up with the one before": """
        SELECT position FROM (
            SELECT position, balance_after_minor,
                   sum(amount_minor) OVER (PARTITION BY currency ORDER BY position) AS total
              FROM provider_balancetransaction) AS running
         WHERE total <> balance_after_minor
    """,
    "balances are the sums of their lines": """
        SELECT b.currency, b.amount_minor, COALESCE(sum(t.amount_minor), 0)
          FROM provider_balance b LEFT JOIN provider_balancetransaction t USING (currency)
         GROUP BY b.currency, b.amount_minor
        HAVING b.amount_minor <> COALESCE(sum(t.amount_minor), 0)
    """,
    "reservations are the pending refunds and payouts": """
        SELECT b.currency, b.reserved_minor, COALESCE(sum(p.amount_minor), 0)
          FROM provider_balance b LEFT JOIN (
               SELECT currency, amount_minor FROM provider_refund WHERE status = 'pending'
               UNION ALL
               SELECT currency, amount_minor FROM provider_payout WHERE status = 'pending'
          ) AS p USING (currency)
         GROUP BY b.currency, b.reserved_minor
        HAVING b.reserved_minor <> COALESCE(sum(p.amount_minor), 0)
    """,
    "lines and settled things match one to one": """
        SELECT COALESCE(t.source_id, s.id), COALESCE(t.kind, s.kind), t.amount_minor, s.amount
          FROM (SELECT * FROM provider_balancetransaction WHERE kind <> 'fee') AS t
          FULL JOIN (
               SELECT id, 'payment' AS kind, amount_minor AS amount, currency
                 FROM provider_payment WHERE status = 'succeeded'
               UNION ALL
               SELECT id, 'refund', -amount_minor, currency
                 FROM provider_refund WHERE status = 'succeeded'
               UNION ALL
               SELECT id, 'payout', -amount_minor, currency
                 FROM provider_payout WHERE status IN ('paid', 'returned')
               UNION ALL
               SELECT id, 'payout_return', amount_minor, currency
                 FROM provider_payout WHERE status = 'returned'
               UNION ALL
               SELECT id, 'chargeback', -amount_minor, currency FROM provider_chargeback
               UNION ALL
               SELECT id, 'chargeback_fee', -fee_minor, currency
                 FROM provider_chargeback WHERE fee_minor > 0
               UNION ALL
               SELECT id, 'chargeback_return', amount_minor, currency
                 FROM provider_chargeback WHERE status = 'won'
          ) AS s ON s.id = t.source_id AND s.kind = t.kind
         WHERE t.source_id IS NULL OR s.id IS NULL
            OR t.amount_minor <> s.amount OR t.currency <> s.currency
    """,
    "a payment counts exactly its live refunds": """
        SELECT p.id, p.refunded_minor, COALESCE(sum(r.amount_minor), 0)
          FROM provider_payment p
          LEFT JOIN provider_refund r ON r.payment_id = p.id AND r.status <> 'failed'
         GROUP BY p.id HAVING p.refunded_minor <> COALESCE(sum(r.amount_minor), 0)
    """,
    "a payment counts exactly its open and lost chargebacks": """
        SELECT p.id, p.charged_back_minor, COALESCE(sum(c.amount_minor), 0)
          FROM provider_payment p
          LEFT JOIN provider_chargeback c ON c.payment_id = p.id AND c.status <> 'won'
         GROUP BY p.id HAVING p.charged_back_minor <> COALESCE(sum(c.amount_minor), 0)
    """,
    "every outcome was told": """
        SELECT id, type FROM (
            SELECT reference, id, 'payment.' || status AS type FROM provider_payment
             WHERE status IN ('succeeded', 'declined', 'cancelled')
            UNION ALL
            SELECT reference, id, 'refund.' || status FROM provider_refund
             WHERE status IN ('succeeded', 'failed')
            UNION ALL
            SELECT reference, id, 'chargeback.opened' FROM provider_chargeback
            UNION ALL
            SELECT reference, id, 'chargeback.' || status FROM provider_chargeback
             WHERE status <> 'open'
            UNION ALL
            SELECT reference, id, 'payout.' || status FROM provider_payout
             WHERE status IN ('paid', 'failed', 'returned')) AS outcome
         WHERE NOT EXISTS (
            SELECT 1 FROM webhooks_webhookevent e JOIN webhooks_webhookdelivery d
                ON d.event_id = e.id
             WHERE e.reference = outcome.reference AND e.type = outcome.type)
    """,
}
SHOWN_DIFFERENCES = 10


def find_differences() -> dict[str, list[tuple[object, ...]]]:
    """The first differences per check, read from one snapshot so that running work is no noise."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        for name, query in CHECKS.items():
            cursor.execute(f"{query} LIMIT {SHOWN_DIFFERENCES}")
            found[name] = list(cursor.fetchall())
    return found
