"""Cheap promises about what moved lately, for the monitor. `make audit` reads everything.

Each check is one statement, thus one moment of the database: what is being committed beside it is
either in all of it or in none. Each yields one sentence per breach.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from django.conf import settings
from django.db import connection

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.models import ItemSide, ProviderBalance
from marketplace.payments.repositories.reconciliation import read_overdue
from marketplace.payments.services.match_reports import reconciled_providers

RECENT_JOURNALS = 5_000
"""What is looked at in each run: the newest, by id, whenever they were posted."""

MOST_SENTENCES = 20

RECENT = f"""recent AS MATERIALIZED (
    SELECT id, account_ids, amounts_minor, reference_id FROM payments_ledger_journal
     ORDER BY id DESC LIMIT {RECENT_JOURNALS})"""  # noqa: S608 (constants)

JOURNALS = f"""
    WITH {RECENT}
    SELECT 'journal ' || r.id || CASE WHEN e.account_ids IS NULL THEN ' has no entries'
               ELSE ' states other legs than its entries' END
      FROM recent r
     CROSS JOIN LATERAL (
          SELECT array_agg(account_id ORDER BY line) AS account_ids,
                 array_agg(amount_minor ORDER BY line) AS amounts_minor
            FROM payments_ledger_entry WHERE journal_id = r.id) e
     WHERE (r.account_ids, r.amounts_minor) IS DISTINCT FROM (e.account_ids, e.amounts_minor)
    UNION ALL
    SELECT 'journal ' || r.id || ' is out of balance by ' || sum(e.amount_minor) || ' '
           || e.currency
      FROM recent r JOIN payments_ledger_entry e ON e.journal_id = r.id
     GROUP BY r.id, e.currency HAVING sum(e.amount_minor) <> 0
     LIMIT {MOST_SENTENCES}
"""  # noqa: S608 (constants)

BALANCES = f"""
    WITH {RECENT}, touched AS (SELECT DISTINCT unnest(account_ids) AS account_id FROM recent)
    SELECT 'account ' || a.code || ' ' || a.currency
           || CASE WHEN b.account_id IS NULL THEN ' has no balance row'
                   WHEN a.non_negative AND b.balance_minor < 0
                   THEN ' is below zero: ' || b.balance_minor
                   ELSE ': the row says ' || b.balance_minor || ' at version ' || b.version
                        || ', its last entry ' || e.balance_after_minor || ' at version '
                        || e.account_version END
      FROM touched t
      JOIN payments_ledger_account a ON a.id = t.account_id AND a.keeps_balance
      LEFT JOIN payments_ledger_balance b ON b.account_id = a.id
      LEFT JOIN LATERAL (
          SELECT balance_after_minor, account_version FROM payments_ledger_entry
           WHERE account_id = a.id AND account_version IS NOT NULL
           ORDER BY account_version DESC LIMIT 1) e ON true
     WHERE (b.balance_minor, b.version) IS DISTINCT FROM (e.balance_after_minor, e.account_version)
        OR (a.non_negative AND b.balance_minor < 0)
     LIMIT {MOST_SENTENCES}
"""  # noqa: S608 (constants)

PAYMENTS = f"""
    WITH {RECENT}, touched AS (SELECT DISTINCT reference_id FROM recent)
    SELECT 'order ' || p.order_id || ': the payment holds ' || h.held || ' ' || p.currency
           || ', its escrow ' || coalesce(b.balance_minor, 0)
      FROM touched t
      JOIN payments_payment p ON p.order_id = t.reference_id
     CROSS JOIN LATERAL (
          SELECT p.captured_minor - p.released_minor - p.refunded_minor - p.disputed_minor
                 - p.charged_back_minor AS held) h
      LEFT JOIN payments_ledger_account a
             ON a.code = 'order:' || p.order_id || ':escrow' AND a.currency = p.currency
      LEFT JOIN payments_ledger_balance b ON b.account_id = a.id
     WHERE h.held <> coalesce(b.balance_minor, 0)
     LIMIT {MOST_SENTENCES}
"""  # noqa: S608 (constants)


def _sentences(statement: str) -> Callable[[], Iterator[str]]:
    def check() -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for (sentence,) in cursor.fetchall():
                yield str(sentence)

    return check


def check_reports() -> Iterator[str]:
    """Our clearing accounts equal the providers' reports, but for what is under way.

    What is matched sums to the same on both sides, so a difference is always open items; those
    within the grace may be under way.
    """
    for provider in reconciled_providers():
        grace_seconds = settings.RECONCILIATION_GRACE_SECONDS
        for overdue in read_overdue(provider, grace_seconds=grace_seconds):
            missing = "our books" if overdue.side == ItemSide.THEIRS else "its report"
            yield (
                f"{provider}: {overdue.items} items of together {overdue.total} are missing in "
                f"{missing}, the first is item {overdue.first_id}"
            )


def check_reported_balances() -> Iterator[str]:
    """The lines of a provider's report add up to the balance that it states."""
    late = clock.database_now() - timedelta(seconds=settings.RECONCILIATION_GRACE_SECONDS)
    for row in ProviderBalance.objects.filter(differs_since_at__lt=late).order_by("pk"):
        yield (
            f"{row.provider} states a balance of {Money(row.reported_minor or 0, row.currency)}, "
            f"its lines add up to {Money(row.lines_minor, row.currency)}"
        )


INVARIANTS: Mapping[str, Callable[[], Iterator[str]]] = {
    "journals": _sentences(JOURNALS),
    "balances": _sentences(BALANCES),
    "payments": _sentences(PAYMENTS),
    "reports": check_reports,
    "reported_balances": check_reported_balances,
}


def find_breaches() -> list[tuple[str, str]]:
    """Every breach that can be found cheaply: the name of the check, and a sentence."""
    return [(name, sentence) for name, check in INVARIANTS.items() for sentence in check()]
