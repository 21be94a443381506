"""Items of the reconciliation: taken up from both sides, matched in sets, read when overdue.

An item's *subject* is what both sides can be recognised by: our own id of the attempt, refund,
payout or chargeback, whichever way the provider names it. Where none of ours is meant it is the
provider's id.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.models import ProviderReport

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
IS_UUID = f"~ '^{UUID}$'"


def _as_uuid(text: str) -> str:
    return f"CASE WHEN {text} {IS_UUID} THEN ({text})::uuid END"


def _known_as(table: str, column: str) -> str:
    """Our id of the provider's object: by the name that we gave it, else by the provider's."""
    return f"""coalesce(
        (SELECT o.id::text FROM {table} o WHERE o.id = {_as_uuid("l.reference")}),
        (SELECT o.id::text FROM {table} o
          WHERE o.provider = l.provider AND o.{column} = l.object_id))"""  # noqa: S608 (constants)


# ``l`` is a report line, or an item made of one.
SUBJECT_OF_LINE = f"""coalesce(
    CASE WHEN l.kind IN ('PAYMENT', 'FEE')
              THEN coalesce({_known_as("payments_payment_attempt", "provider_payment_id")},
                            {_known_as("payments_top_up", "provider_payment_id")})
         WHEN l.kind IN ('REFUND', 'REFUND_RETURN')
              THEN {_known_as("payments_refund", "provider_refund_id")}
         WHEN l.kind IN ('PAYOUT', 'PAYOUT_RETURN')
              THEN {_known_as("payments_payout", "provider_payout_id")}
         WHEN l.kind IN ('CHARGEBACK', 'CHARGEBACK_FEE', 'CHARGEBACK_RETURN')
              THEN (SELECT o.id::text FROM payments_chargeback o
                     WHERE o.provider = l.provider AND o.provider_chargeback_id = l.object_id)
    END, nullif(l.object_id, ''), l.reference)"""  # noqa: S608 (constants)

TAKE_UP_LINES = f"""
    WITH taken AS (
        INSERT INTO payments_recon_item
            (provider, side, source_id, kind, subject, object_id, reference, amount_minor,
             currency, happened_at, seen_at, needs_match)
        SELECT l.provider, 'THEIRS', l.id, l.kind, {SUBJECT_OF_LINE}, l.object_id, l.reference,
               l.amount_minor, l.currency, l.occurred_at, %(now)s::timestamptz, true
          FROM (SELECT * FROM payments_provider_report_line
                 WHERE provider = %(provider)s::text AND id > %(after)s::bigint
                 ORDER BY id LIMIT %(limit)s::bigint) l
        ON CONFLICT (side, source_id) DO NOTHING
        RETURNING source_id)
    SELECT count(*), max(source_id) FROM taken
"""  # noqa: S608 (constants)

# Where a portion of entries ends. For each clearing account by itself: its index answers at once.
PORTION = """
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text,
           (SELECT b.xact_id::text
              FROM payments_ledger_account a
             CROSS JOIN LATERAL (
                  SELECT e.xact_id FROM payments_ledger_entry e
                   WHERE e.account_id = a.id AND e.account_version IS NULL
                     AND e.xact_id >= %(after)s::text::xid8
                   ORDER BY e.xact_id, e.id OFFSET %(limit)s::bigint LIMIT 1) b
             WHERE a.code = %(code)s::text ORDER BY b.xact_id LIMIT 1)
"""

# Of foreign money the review keeps what the provider calls it.
REVIEWED = f"""(SELECT r.provider_object_id FROM payments_payment_review r
     WHERE r.kind IN ('UNMATCHED_CAPTURE', 'UNMATCHED_CHARGEBACK')
       AND r.subject_id = {_as_uuid("split_part(k.key, ':', 2)")})"""  # noqa: S608 (constants)

# What was taken back and booked anew has a number after the word.
WORD = "regexp_replace(split_part(k.key, ':', 1), '-[0-9]+$', '')"
# A reversal is about what it reverses. ``k.rest`` is what follows ``word:provider:``.
SUBJECT_OF_JOURNAL = f"""CASE {WORD}
    WHEN 'hold' THEN (SELECT p.held_attempt_id::text FROM payments_payment p
                       WHERE p.id = {_as_uuid("split_part(k.key, ':', 2)")})
    WHEN 'difference' THEN (SELECT CASE l.side WHEN 'OURS' THEN l.subject
                                               ELSE {SUBJECT_OF_LINE} END
                              FROM payments_recon_item l
                             WHERE l.id = split_part(k.key, ':', 2)::bigint)
    WHEN 'psp-fee' THEN coalesce((SELECT t.id::text FROM payments_payment_attempt t
                                   WHERE t.provider = %(provider)s::text
                                     AND t.provider_payment_id = k.rest),
                                 (SELECT u.id::text FROM payments_top_up u
                                   WHERE u.provider = %(provider)s::text
                                     AND u.provider_payment_id = k.rest), k.rest)
    WHEN 'settlement' THEN k.rest
    WHEN 'unmatched' THEN {REVIEWED} WHEN 'unmatched-chargeback' THEN {REVIEWED}
    WHEN 'unmatched-chargeback-returned' THEN {REVIEWED}
    END"""  # noqa: S608 (constants)

KIND_OF_JOURNAL = """CASE k.kind
    WHEN 'escrow_hold' THEN 'PAYMENT' WHEN 'unmatched_receipt' THEN 'PAYMENT'
    WHEN 'wallet_top_up' THEN 'PAYMENT' WHEN 'provider_fee' THEN 'FEE'
    WHEN 'refund_succeeded' THEN 'REFUND' WHEN 'refund_returned' THEN 'REFUND_RETURN'
    WHEN 'payout_paid' THEN 'PAYOUT' WHEN 'payout_returned' THEN 'PAYOUT_RETURN'
    WHEN 'chargeback_opened' THEN 'CHARGEBACK' WHEN 'chargeback_won' THEN 'CHARGEBACK_RETURN'
    WHEN 'settlement' THEN 'SETTLEMENT'
    WHEN 'shortage' THEN CASE WHEN EXISTS (
        SELECT FROM payments_refund f WHERE f.id::text = split_part(k.key, ':', 2))
        THEN 'REFUND' ELSE 'PAYOUT' END
    ELSE 'OTHER' END"""

TAKE_UP_ENTRIES = f"""
    INSERT INTO payments_recon_item
        (provider, side, source_id, journal_id, kind, subject, object_id, reference, amount_minor,
         currency, happened_at, seen_at, needs_match)
    SELECT %(provider)s::text, 'OURS', e.id, j.id, {KIND_OF_JOURNAL},
           coalesce({SUBJECT_OF_JOURNAL}, substring(k.key FROM '{UUID}'),
                    regexp_replace(k.key, '^.*:', '')), '', '',
           e.amount_minor, e.currency, e.posted_at, %(now)s::timestamptz, true
      FROM payments_ledger_account a
      JOIN payments_ledger_entry e ON e.account_id = a.id AND e.account_version IS NULL
       AND e.xact_id >= %(after)s::text::xid8
       AND (%(upto)s::text IS NULL OR e.xact_id < %(upto)s::text::xid8)
      JOIN payments_ledger_journal j ON j.id = e.journal_id
      LEFT JOIN payments_ledger_journal o ON o.id = j.reverses_id
     CROSS JOIN LATERAL (
          SELECT coalesce(o.business_key, j.business_key) AS key, coalesce(o.kind, j.kind) AS kind,
                 regexp_replace(coalesce(o.business_key, j.business_key), '^[^:]*:[^:]*:', '')
                     AS rest) k
     WHERE a.code = %(code)s::text
       AND NOT EXISTS (SELECT FROM payments_recon_item i
                        WHERE i.side = 'OURS' AND i.source_id = e.id)
    ON CONFLICT (side, source_id) DO NOTHING
"""  # noqa: S608 (constants)

# A line can overtake our own record of the provider's id: it is looked up again while it is open.
NAME_AGAIN = f"""
    UPDATE payments_recon_item i SET subject = n.subject, needs_match = true
      FROM (SELECT l.id, {SUBJECT_OF_LINE} AS subject FROM payments_recon_item l
             WHERE l.provider = %(provider)s::text AND l.match_id IS NULL AND l.side = 'THEIRS'
               AND l.subject IN (l.object_id, l.reference)) n
     WHERE i.id = n.id AND i.subject <> n.subject
"""  # noqa: S608 (constants)

TOUCHED = """
    touched AS MATERIALIZED (
        SELECT DISTINCT currency, subject FROM payments_recon_item
         WHERE provider = %(provider)s::text AND needs_match),
    candidates AS MATERIALIZED (
        SELECT i.* FROM touched t
          JOIN payments_recon_item i ON i.provider = %(provider)s::text AND i.currency = t.currency
           AND i.subject = t.subject AND i.match_id IS NULL)
"""

# One to one: the same subject, kind, amount and currency; several alike pair in their order. By
# windows, not by a join of the two sides: without statistics that is planned as a nested loop.
MATCH_PAIRS = f"""
    WITH {TOUCHED}, numbered AS (
        SELECT id, side, currency, subject, kind, amount_minor, row_number() OVER (
                   PARTITION BY side, currency, subject, kind, amount_minor
                   ORDER BY happened_at, id) AS number
          FROM candidates),
    paired AS (
        SELECT id, count(*) OVER pair AS sides,
               min(id) FILTER (WHERE side = 'OURS') OVER pair AS match_id
          FROM numbered
        WINDOW pair AS (PARTITION BY currency, subject, kind, amount_minor, number))
    UPDATE payments_recon_item i
       SET match_id = p.match_id, matched_at = %(now)s::timestamptz, needs_match = false
      FROM paired p
     WHERE i.id = p.id AND p.sides = 2
"""  # noqa: S608 (constants)

# Several to several: what is left of a subject, where both sides sum to the same. A chargeback
# with its fee is one entry and two lines; a payment reported net is one line and two entries; a
# correction and what it corrects sum to nothing and need no line.
MATCH_SUMS = f"""
    WITH {TOUCHED}, even AS (
        SELECT currency, subject, min(id) AS match_id FROM candidates
         GROUP BY currency, subject
        HAVING count(*) > 1
           AND sum(CASE side WHEN 'OURS' THEN amount_minor ELSE -amount_minor END) = 0)
    UPDATE payments_recon_item i
       SET match_id = e.match_id, matched_at = %(now)s::timestamptz, needs_match = false
      FROM even e
     WHERE i.provider = %(provider)s::text AND i.currency = e.currency AND i.subject = e.subject
       AND i.match_id IS NULL
"""  # noqa: S608 (constants)

LOOKED_AT = """
    UPDATE payments_recon_item SET needs_match = false
     WHERE provider = %(provider)s::text AND needs_match
"""


@contextmanager
def _by_index() -> Iterator[None]:
    """Plans by index alone: right after a large import the tables have no statistics yet, and what
    is planned for a few rows takes hours for twenty thousand."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")


@needs_transaction
def take_up_lines(report: ProviderReport, *, limit: int) -> int:
    """Make items of the next lines of the report; returns how many. The report is locked."""
    with _by_index(), connection.cursor() as cursor:
        cursor.execute(
            TAKE_UP_LINES,
            {
                "provider": report.provider,
                "after": report.lines_upto,
                "limit": limit,
                "now": clock.database_now(),
            },
        )
        taken, last = cursor.fetchone()
    if taken:
        report.lines_upto = last
        report.save(update_fields=["lines_upto"])
    return int(taken)


@needs_transaction
def take_up_entries(report: ProviderReport, *, limit: int) -> int:
    """Make items of the next entries on the provider's clearing accounts; returns how many.

    The mark moves only over transactions that have all ended. Above it everything visible is
    taken up as well, once: a forgotten transaction elsewhere must not hold up the comparison.
    """
    params: dict[str, Any] = {
        "provider": report.provider,
        "code": f"psp:{report.provider}:clearing",
        "after": str(report.entries_upto),
        "limit": limit,
        "now": clock.database_now(),
    }
    with _by_index(), connection.cursor() as cursor:
        cursor.execute(PORTION, params)
        horizon, portion = cursor.fetchone()
        horizon, upto = int(horizon), int(portion) if portion else None
        if upto is not None:
            # One transaction may be larger than a portion.
            upto = max(upto, report.entries_upto + 1)
        if upto is not None and upto > horizon:
            upto = None
        cursor.execute(TAKE_UP_ENTRIES, {**params, "upto": None if upto is None else str(upto)})
        taken = int(cursor.rowcount)
    mark = horizon if upto is None else upto
    if mark > report.entries_upto:
        report.entries_upto = mark
        report.save(update_fields=["entries_upto"])
    return taken


@needs_transaction
def match_items(provider: str) -> int:
    """Pair what has its counterpart; returns how many items were closed. The report is locked.

    Only subjects that something new has come to are looked at, so that the cost follows what is
    new, however much is open.
    """
    params: dict[str, Any] = {"provider": provider, "now": clock.database_now()}
    with _by_index(), connection.cursor() as cursor:
        cursor.execute(NAME_AGAIN, params)
        closed = 0
        for statement in (MATCH_PAIRS, MATCH_SUMS):
            cursor.execute(statement, params)
            closed += cursor.rowcount
        cursor.execute(LOOKED_AT, params)
    return closed


# Ours can only be missing where the report has been read well beyond it, and its lines taken up.
OVERDUE = """
    SELECT i.currency, i.side, count(*), sum(i.amount_minor), min(i.id)
      FROM payments_recon_item i JOIN payments_provider_report r ON r.provider = i.provider
     CROSS JOIN (SELECT %(now)s::timestamptz - make_interval(secs => %(grace)s) AS late,
                        make_interval(secs => %(grace)s) AS grace) t
     WHERE i.provider = %(provider)s::text AND i.match_id IS NULL AND i.resolution_id IS NULL
       AND CASE i.side
           WHEN 'THEIRS' THEN greatest(i.happened_at, i.seen_at) < t.late
           ELSE i.happened_at < t.late AND i.happened_at < r.covers_until - t.grace
                AND NOT EXISTS (SELECT FROM payments_provider_report_line n
                                 WHERE n.provider = r.provider AND n.id > r.lines_upto) END
     GROUP BY i.currency, i.side ORDER BY i.currency, i.side
"""


@dataclass(frozen=True, slots=True)
class Overdue:
    """Open items of one side and currency that can no longer be under way."""

    side: str
    items: int
    total: Money
    first_id: int


def read_overdue(provider: str, *, grace_seconds: float) -> list[Overdue]:
    """What has been open for longer than the grace, and can no longer be under way.

    A line has the grace from when it was imported. An entry of ours is missing in the report only
    where that has been read beyond the entry by the grace.
    """
    params: dict[str, Any] = {
        "provider": provider,
        "now": clock.database_now(),
        "grace": grace_seconds,
    }
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, params)
        return [
            Overdue(side, int(items), Money(int(total), currency), int(first_id))
            for currency, side, items, total, first_id in cursor.fetchall()
        ]
