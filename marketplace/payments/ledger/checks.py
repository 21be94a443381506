"""The ledger's own checks. Each query reads its whole table and answers with the differences."""

from collections.abc import Iterator

from marketplace.payments.ledger.audit import AuditCheck, Tally, register_audit, stream

JOURNALS_BALANCED = """
    SELECT 'journal ' || journal_id || ' is out of balance by ' || sum(amount_minor) || ' '
           || currency
      FROM payments_ledger_entry GROUP BY journal_id, currency HAVING sum(amount_minor) <> 0
"""

LEGS_EQUAL_ENTRIES = """
    SELECT 'journal ' || coalesce(j.id, e.journal_id)
           || CASE WHEN j.id IS NULL THEN ' has entries and no row'
                   WHEN e.journal_id IS NULL THEN ' has no entries'
                   ELSE ' states other legs than its entries' END
      FROM payments_ledger_journal j
      FULL JOIN (
          SELECT journal_id, array_agg(account_id ORDER BY line) AS account_ids,
                 array_agg(amount_minor ORDER BY line) AS amounts_minor,
                 min(reference_id::text) AS reference_id, count(DISTINCT posted_at) AS moments,
                 min(line) = 1 AND max(line) = count(*) AS has_every_line
            FROM payments_ledger_entry GROUP BY journal_id
      ) e ON e.journal_id = j.id
     WHERE (j.account_ids, j.amounts_minor, j.reference_id::text, 1, true)
           IS DISTINCT FROM
           (e.account_ids, e.amounts_minor, e.reference_id, e.moments::int, e.has_every_line)
"""

ENTRIES_FIT_ACCOUNTS = """
    SELECT 'entry ' || e.id
           || CASE WHEN a.id IS NULL THEN ' is on an account that does not exist'
                   WHEN a.currency <> e.currency
                   THEN ' is in ' || e.currency || ' on ' || a.code || ' ' || a.currency
                   WHEN e.amount_minor = 0 THEN ' moves nothing'
                   ELSE ' has a version that does not fit ' || a.code END
      FROM payments_ledger_entry e LEFT JOIN payments_ledger_account a ON a.id = e.account_id
     WHERE a.id IS NULL OR a.currency <> e.currency OR e.amount_minor = 0
        OR a.keeps_balance <> (e.account_version IS NOT NULL)
"""

ACCOUNTS_FOLLOW_CHART = """
    SELECT 'account ' || a.code || ' ' || a.currency
           || CASE WHEN k.name IS NULL OR a.code !~ k.code_pattern THEN ' is off the chart'
                   WHEN a.keeps_balance AND b.account_id IS NULL THEN ' has no balance row'
                   ELSE ' has other rules than its kind ' || k.name END
      FROM payments_ledger_account a
      LEFT JOIN payments_ledger_account_kind k ON k.name = a.kind
      LEFT JOIN payments_ledger_balance b ON b.account_id = a.id
     WHERE k.name IS NULL OR a.code !~ k.code_pattern
        OR (a.type, a.normal_side, a.non_negative, a.keeps_balance)
           <> (k.type, k.normal_side, k.non_negative, k.keeps_balance)
        OR a.keeps_balance <> (b.account_id IS NOT NULL)
        OR b.non_negative <> a.non_negative
        OR b.side <> CASE a.normal_side WHEN 'debit' THEN 1 ELSE -1 END
"""

VERSIONS_CONTIGUOUS = """
    SELECT 'account ' || account_id || ': version ' || account_version || ' follows '
           || coalesce(previous::text, 'nothing')
      FROM (SELECT account_id, account_version,
                   lag(account_version) OVER (PARTITION BY account_id ORDER BY account_version)
                       AS previous
              FROM payments_ledger_entry WHERE account_version IS NOT NULL) v
     WHERE account_version <> coalesce(previous, 0) + 1
"""

RUNNING_BALANCES = """
    SELECT 'account ' || account_id || ' v' || account_version
           || CASE WHEN running <> balance_after_minor
                   THEN ': its entries sum to ' || running || ', it says ' || balance_after_minor
                   WHEN running < 0 THEN ': below zero, ' || running
                   ELSE ': posted before the version under it' END
      FROM (
          SELECT e.account_id, e.account_version, e.balance_after_minor, a.non_negative,
                 sum(e.amount_minor * CASE a.normal_side WHEN 'debit' THEN 1 ELSE -1 END)
                     OVER by_version AS running,
                 e.posted_at, lag(e.posted_at) OVER by_version AS previous_posted_at
            FROM payments_ledger_entry e JOIN payments_ledger_account a ON a.id = e.account_id
           WHERE e.account_version IS NOT NULL
          WINDOW by_version AS (PARTITION BY e.account_id ORDER BY e.account_version)
      ) r
     WHERE running <> balance_after_minor OR (non_negative AND running < 0)
        OR posted_at < previous_posted_at
"""

BALANCES_EQUAL_ENTRIES = """
    SELECT 'account ' || a.code || ' ' || a.currency || ': the row says ' || b.balance_minor
           || ' at version ' || b.version || ', its entries say ' || coalesce(e.total, 0)
           || ' at version ' || coalesce(e.entries, 0)
      FROM payments_ledger_balance b
      JOIN payments_ledger_account a ON a.id = b.account_id
      LEFT JOIN (SELECT account_id, sum(amount_minor) AS total, count(*) AS entries
                   FROM payments_ledger_entry GROUP BY account_id) e ON e.account_id = a.id
     WHERE b.balance_minor <> coalesce(e.total, 0) * b.side OR b.version <> coalesce(e.entries, 0)
        OR (b.non_negative AND b.balance_minor < 0)
"""

# Every entry is read once: each snapshot adds what lies between it and the one before.
SNAPSHOTS_EQUAL_ENTRIES = """
    SELECT 'account ' || account_id
           || CASE WHEN up_to_xact_id > pg_snapshot_xmax(pg_current_snapshot())
                   THEN ': a snapshot is ahead of the transaction counter, at ' || up_to_xact_id
                   ELSE ': the snapshot up to ' || up_to_xact_id || ' says ' || balance_minor
                        || ' from ' || entry_count || ' entries, they say ' || total
                        || ' from ' || entries END
      FROM (
          SELECT s.*, sum(d.total) OVER so_far AS total, sum(d.entries) OVER so_far AS entries
            FROM (SELECT n.*, lag(up_to_xact_id, 1, '0'::xid8)
                              OVER (PARTITION BY account_id ORDER BY up_to_xact_id) AS from_xact_id
                    FROM payments_ledger_snapshot n) s
            JOIN payments_ledger_account a ON a.id = s.account_id
           CROSS JOIN LATERAL (
                SELECT count(*) AS entries, coalesce(sum(e.amount_minor), 0)
                       * CASE a.normal_side WHEN 'debit' THEN 1 ELSE -1 END AS total
                  FROM payments_ledger_entry e
                 WHERE e.account_id = s.account_id AND e.account_version IS NULL
                   AND e.xact_id >= s.from_xact_id AND e.xact_id < s.up_to_xact_id
           ) d
          WINDOW so_far AS (PARTITION BY s.account_id ORDER BY s.up_to_xact_id)
      ) x
     WHERE balance_minor <> total OR entry_count <> entries
        OR up_to_xact_id > pg_snapshot_xmax(pg_current_snapshot())
"""

REVERSALS_EXACT = """
    SELECT 'journal ' || r.id || ' is not the exact opposite of ' || r.reverses_id
      FROM payments_ledger_journal r LEFT JOIN payments_ledger_journal o ON o.id = r.reverses_id
     WHERE r.reverses_id IS NOT NULL
       AND (o.id IS NULL OR o.reverses_id IS NOT NULL OR o.account_ids <> r.account_ids
            OR o.reference_id <> r.reference_id
            OR o.amounts_minor <> ARRAY(SELECT -amount FROM unnest(r.amounts_minor)
                                        WITH ORDINALITY AS l (amount, line) ORDER BY line))
"""

# What came in and went out is read from the other side of the escrow's journals, not from the
# escrow's own entries, and what is held from the cached balance.
ORDERS_IN_OUT_HELD = """
    SELECT 'order ' || o.order_id || ' ' || o.currency || ': in ' || coalesce(f.came_in, 0)
           || ', out ' || coalesce(f.went_out, 0) || ', held ' || o.held
      FROM (
          SELECT split_part(a.code, ':', 2)::uuid AS order_id, a.currency,
                 sum(b.balance_minor) AS held
            FROM payments_ledger_account a JOIN payments_ledger_balance b ON b.account_id = a.id
           WHERE a.kind IN ('order_escrow', 'order_disputed') GROUP BY 1, 2
      ) o
      LEFT JOIN (
          SELECT j.reference_id AS order_id, e.currency,
                 sum(e.amount_minor) FILTER (WHERE e.amount_minor > 0) AS came_in,
                 -sum(e.amount_minor) FILTER (WHERE e.amount_minor < 0) AS went_out
            FROM payments_ledger_journal j
            JOIN payments_ledger_entry e ON e.journal_id = j.id
            JOIN payments_ledger_account a ON a.id = e.account_id
           WHERE a.kind NOT IN ('order_escrow', 'order_disputed')
             AND EXISTS (SELECT FROM payments_ledger_entry own
                           JOIN payments_ledger_account held ON held.id = own.account_id
                          WHERE own.journal_id = j.id
                            AND held.kind IN ('order_escrow', 'order_disputed'))
           GROUP BY 1, 2
      ) f USING (order_id, currency)
     WHERE coalesce(f.came_in, 0) - coalesce(f.went_out, 0) <> o.held
"""

BOOKS_SUM_TO_ZERO = """
    SELECT 'all balances in ' || a.currency || ' sum to '
           || sum(b.balance_minor * CASE a.normal_side WHEN 'debit' THEN 1 ELSE -1 END)
      FROM ledger_balances(ARRAY(SELECT id FROM payments_ledger_account)) b
      JOIN payments_ledger_account a ON a.id = b.account_id
     GROUP BY a.currency
    HAVING sum(b.balance_minor * CASE a.normal_side WHEN 'debit' THEN 1 ELSE -1 END) <> 0
"""


def _check(count: str, differences: str) -> AuditCheck:
    def check(tally: Tally) -> Iterator[str]:
        ((tally.examined,),) = stream(count)
        for (sentence,) in stream(differences):
            yield str(sentence)

    return check


def _counting(table: str, where: str = "") -> str:
    return f"SELECT count(*) FROM payments_ledger_{table} {where}"  # noqa: S608 (constants)


LEDGER_CHECKS: dict[str, AuditCheck] = {
    "journals balance per currency": _check(_counting("journal"), JOURNALS_BALANCED),
    "journals equal their entries": _check(_counting("journal"), LEGS_EQUAL_ENTRIES),
    "entries fit their accounts": _check(_counting("entry"), ENTRIES_FIT_ACCOUNTS),
    "accounts follow the chart": _check(_counting("account"), ACCOUNTS_FOLLOW_CHART),
    "versions run from 1 without a gap": _check(
        _counting("entry", "WHERE account_version IS NOT NULL"), VERSIONS_CONTIGUOUS
    ),
    "running balances are right and allowed": _check(
        _counting("entry", "WHERE account_version IS NOT NULL"), RUNNING_BALANCES
    ),
    "balances equal their entries": _check(_counting("balance"), BALANCES_EQUAL_ENTRIES),
    "snapshots equal their entries": _check(_counting("snapshot"), SNAPSHOTS_EQUAL_ENTRIES),
    "reversals are exact": _check(
        _counting("journal", "WHERE reverses_id IS NOT NULL"), REVERSALS_EXACT
    ),
    "orders: in equals out plus held": _check(
        _counting("account", "WHERE kind IN ('order_escrow', 'order_disputed')"),
        ORDERS_IN_OUT_HELD,
    ),
    "all books sum to zero": _check(_counting("account"), BOOKS_SUM_TO_ZERO),
}
"""What the ledger itself answers for; other modules register theirs beside it."""

for _name, _ledger_check in LEDGER_CHECKS.items():
    register_audit(_name, _ledger_check)
