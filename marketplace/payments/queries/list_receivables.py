from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.money import Money
from marketplace.core.policies import require_permission

MAX_ROWS = 500


@dataclass(frozen=True, slots=True)
class Receivable:
    """What a seller owes. Payments settle the oldest debt first, so ``owed_since`` is when the
    oldest part that is still unpaid arose."""

    seller_id: UUID
    amount: Money
    owed_since: datetime
    age_days: int


# Newest debts first, until they reach the balance: what is behind them is paid.
OWED = """
    SELECT split_part(a.code, ':', 2)::uuid, a.currency, b.balance_minor, (
               SELECT min(d.posted_at) FROM (
                   SELECT e.posted_at, e.amount_minor,
                          sum(e.amount_minor) OVER (ORDER BY e.account_version DESC) AS so_far
                     FROM payments_ledger_entry e
                    WHERE e.account_id = a.id AND e.amount_minor > 0
               ) d WHERE d.so_far - d.amount_minor < b.balance_minor
           ) AS since
      FROM payments_ledger_account a
      JOIN payments_ledger_balance b ON b.account_id = a.id
     WHERE a.kind = 'seller_receivable' AND b.balance_minor > 0
       AND (%s::text IS NULL OR a.code = %s)
     ORDER BY since LIMIT %s
"""


def list_receivables(
    *, actor: Actor, seller_id: UUID | None = None, limit: int = MAX_ROWS
) -> list[Receivable]:
    """Who owes the platform, the oldest debt first; for operators. One query."""
    require_permission(actor, "payments.view_receivable")
    code = f"seller:{seller_id}:receivable" if seller_id else None
    with connection.cursor() as cursor:
        cursor.execute(OWED, [code, code, min(limit, MAX_ROWS)])
        rows = cursor.fetchall()
    now = clock.now()
    return [
        Receivable(seller, Money(minor, currency), since, (now - since).days)
        for seller, currency, minor, since in rows
    ]
