"""Reading the books: balances now, under a lock and in the past, and statements by page."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.ledger.accounts import Account

MAX_PAGE_LINES = 500


@dataclass(frozen=True, slots=True)
class BalanceAt:
    """A balance at a moment; ``version`` names the account's last entry by then.

    ``version`` is None for a hot account, which counts no versions.
    """

    balance: Money
    version: int | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry as the account's owner sees it: ``amount`` is positive when the balance grows."""

    entry_id: int
    journal_id: UUID
    kind: str
    reference_id: UUID
    amount: Money
    balance_after: Money | None
    """None on a hot account."""
    version: int | None
    posted_at: datetime
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Newest first; ``next_cursor`` is "" on the last page."""

    lines: Sequence[StatementLine]
    next_cursor: str


_ACCOUNTS = """
    SELECT a.id, a.code, a.currency
      FROM unnest(%s::text[], %s::text[]) AS l (code, currency)
      JOIN payments_ledger_account a ON a.code = l.code AND a.currency = l.currency
"""


def get_balance(account: Account) -> Money:
    """The present balance, on the account's normal side; zero when it was never posted to."""
    return get_balances([account])[account]


def get_balances(accounts: Collection[Account]) -> dict[Account, Money]:
    """The present balances of many accounts, hot or not, from one moment, in one query."""
    return _read_balances(accounts, "ledger_balances")


@needs_transaction
def lock_balances(accounts: Collection[Account]) -> dict[Account, Money]:
    """Balances that stay as they are until the caller's commit: decide on them, then post.

    Locks in account-id order. An account that does not exist yet is zero and locks nothing; a hot
    account cannot be locked and is refused with ValueError.
    """
    return _read_balances(accounts, "ledger_lock_balances", refuse_hot=True)


def _read_balances(
    accounts: Collection[Account], function: str, *, refuse_hot: bool = False
) -> dict[Account, Money]:
    found = {(account.code, account.currency): 0 for account in accounts}
    codes, currencies = [code for code, _ in found], [currency for _, currency in found]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH wanted AS ({_ACCOUNTS})"  # noqa: S608 (both parts are constants of ours)
            " SELECT w.code, w.currency, b.balance_minor"
            f" FROM wanted w LEFT JOIN {function}(ARRAY(SELECT id FROM wanted)) b"
            " ON b.account_id = w.id",
            [codes, currencies],
        )
        for code, currency, balance_minor in cursor.fetchall():
            if balance_minor is None and refuse_hot:
                raise ValueError(f"{code} {currency} keeps no balance row: it cannot be locked")
            found[code, currency] = balance_minor
    return {
        account: Money(found[account.code, account.currency], account.currency)
        for account in accounts
    }


def get_balance_at(account: Account, moment: datetime) -> BalanceAt:
    """The balance at a past moment, in the order in which entries were posted.

    An account that keeps a balance: after its last version posted at or before ``moment``. A hot
    account: the sum of its entries posted at or before it. What a transaction that is still open
    has posted is not in either; :func:`is_settled` says whether that can still change the answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.balance_minor, b.version FROM payments_ledger_account a"
            " CROSS JOIN LATERAL ledger_balance_at(a.id, %s) b"
            " WHERE a.code = %s AND a.currency = %s",
            [moment, account.code, account.currency],
        )
        balance_minor, version = cursor.fetchone() or (0, None)
    return BalanceAt(Money(balance_minor, account.currency), version)


def is_settled(moment: datetime) -> bool:
    """Whether every transaction that may have posted at or before ``moment`` has ended.

    Once true, what the books say about that moment never changes. Goes by the marks of the roll-up,
    so it may say no for a while after it could say yes; it never says yes too early.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM payments_ledger_snapshot WHERE taken_at >= %s"
            " AND marked_xact_id < pg_snapshot_xmin(pg_current_snapshot()))",
            [moment],
        )
        (settled,) = cursor.fetchone()
    return bool(settled)


_LINES = """
    SELECT e.id, e.journal_id, j.kind, e.reference_id,
           e.amount_minor * CASE a.normal_side WHEN 'debit' THEN 1 ELSE -1 END,
           e.balance_after_minor, e.account_version, e.posted_at, j.metadata, e.xact_id::text
      FROM payments_ledger_account a
      JOIN payments_ledger_entry e ON e.account_id = a.id
      JOIN payments_ledger_journal j ON j.id = e.journal_id
     WHERE a.code = %s AND a.currency = %s
"""
_VERSIONED = """
    AND a.keeps_balance AND e.account_version IS NOT NULL AND e.account_version < %s
    ORDER BY e.account_version DESC LIMIT %s
"""
# Only lines of finished transactions: a late commit then never lands on a page already read.
_HOT = """
    AND NOT a.keeps_balance AND e.account_version IS NULL
    AND e.xact_id < pg_snapshot_xmin(pg_current_snapshot())
    AND (e.xact_id, e.id) < (%s::xid8, %s)
    AND (%s::timestamptz IS NULL OR e.posted_at <= %s::timestamptz)
    ORDER BY e.xact_id DESC, e.id DESC LIMIT %s
"""
_LAST = 2**63 - 1


def list_statement(
    account: Account, *, cursor: str = "", limit: int = 50, until: datetime | None = None
) -> StatementPage:
    """One page of an account's entries, newest first.

    An account that keeps a balance is read in the order of its versions: the version of a past
    moment, plus one, is the cursor of that moment. A hot account is read in the order of
    transactions, and shows a line once every older transaction has ended; ``until`` leaves out
    what was posted later.
    """
    limit = max(1, min(limit, MAX_PAGE_LINES))
    bounds: list[Any]
    if account.kind.keeps_balance:
        query, bounds = _VERSIONED, [int(cursor) if cursor else _LAST]
    else:
        query, bounds = _HOT, [*_hot_bounds(cursor), until, until]
    with connection.cursor() as db:
        db.execute(_LINES + query, [account.code, account.currency, *bounds, limit + 1])
        rows = db.fetchall()
    lines = [_line(row, account.currency) for row in rows[:limit]]
    if len(rows) <= limit:
        return StatementPage(lines, "")
    last, xact_id = lines[-1], rows[limit - 1][-1]
    return StatementPage(lines, str(last.version or f"{xact_id}:{last.entry_id}"))


def _hot_bounds(cursor: str) -> list[Any]:
    if not cursor:
        return [str(_LAST), _LAST]
    xact_id, _, entry_id = cursor.partition(":")
    return [str(int(xact_id)), int(entry_id)]


def _line(row: Sequence[Any], currency: str) -> StatementLine:
    entry_id, journal_id, kind, reference_id, amount, after, version, posted_at, metadata, _ = row
    return StatementLine(
        entry_id=entry_id,
        journal_id=journal_id,
        kind=kind,
        reference_id=reference_id,
        amount=Money(amount, currency),
        balance_after=None if after is None else Money(after, currency),
        version=version,
        posted_at=posted_at,
        metadata=_decoded(metadata),
    )


def _decoded(metadata: Any) -> Mapping[str, Any]:
    """Django registers its own loader for jsonb, which leaves text to the model field."""
    decoded: Mapping[str, Any] = json.loads(metadata) if isinstance(metadata, str) else metadata
    return decoded
