"""An account over a period: what it held before, every entry in it, what it held after.

For accounts that keep a balance. A period is two versions of the account (ADR 0022): whatever
commits in which order, its lines are those between the two, and none of them ever changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from marketplace.core.money import Money
from marketplace.payments.ledger.accounts import Account
from marketplace.payments.ledger.balances import get_balance_at

PORTION_LINES = 1_000


@dataclass(frozen=True, slots=True)
class Period:
    """The versions after ``opening_version`` up to ``closing_version`` lie in it."""

    account: Account
    opening: Money
    opening_version: int
    closing: Money
    closing_version: int

    @property
    def line_count(self) -> int:
        return self.closing_version - self.opening_version


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """``amount`` is positive when the balance grew."""

    version: int
    posted_at: datetime
    kind: str
    reference_id: UUID
    amount: Money
    balance_after: Money
    kept: "Kept"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the platform kept of sales before they reached the account: below zero where it was
    taken, above zero where a refund gave it back. ``amount`` is without it."""

    commission: Money
    tax: Money

    @property
    def is_any(self) -> bool:
        return bool(self.commission.amount_minor or self.tax.amount_minor)


@dataclass(frozen=True, slots=True)
class KindTotal:
    """``went_out`` is negative or zero."""

    kind: str
    count: int
    came_in: Money
    went_out: Money

    @property
    def amount(self) -> Money:
        return self.came_in + self.went_out


def read_period(account: Account, *, starts_at: datetime, ends_before: datetime) -> Period:
    """The account from ``starts_at`` up to, not including, ``ends_before``."""
    if not account.kind.keeps_balance:
        raise ValueError(f"{account} counts no versions")
    # The database counts microseconds: this is the last one before.
    instant = timedelta(microseconds=1)
    opening = get_balance_at(account, starts_at - instant)
    closing = get_balance_at(account, ends_before - instant)
    return Period(
        account=account,
        opening=opening.balance,
        opening_version=opening.version or 0,
        closing=closing.balance,
        closing_version=closing.version or 0,
    )


_KEPT = """
    coalesce(sum(c.amount_minor) FILTER (WHERE a.kind = 'revenue_commission'), 0)::bigint
        AS commission_minor,
    coalesce(sum(c.amount_minor) FILTER (WHERE a.kind = 'tax'), 0)::bigint AS tax_minor
"""
_OF_SALES = "('escrow_release', 'refund_after_release')"

# The entries first, by the index of the account's versions; then the journals of those alone.
_LINES = f"""
    SELECT e.account_version, e.posted_at, j.kind, e.reference_id, e.amount_minor * s.sign,
           e.balance_after_minor, k.commission_minor, k.tax_minor
      FROM (SELECT CASE normal_side WHEN 'debit' THEN 1 ELSE -1 END AS sign, id
              FROM payments_ledger_account WHERE code = %s AND currency = %s) s
     CROSS JOIN LATERAL (
           SELECT * FROM payments_ledger_entry
            WHERE account_id = s.id AND account_version > %s AND account_version <= %s
            ORDER BY account_version LIMIT %s) e
     CROSS JOIN LATERAL (
           SELECT kind FROM payments_ledger_journal WHERE id = e.journal_id OFFSET 0) j
     CROSS JOIN LATERAL (
           SELECT {_KEPT} FROM payments_ledger_entry c
             JOIN payments_ledger_account a ON a.id = c.account_id
            WHERE c.journal_id = e.journal_id AND j.kind IN {_OF_SALES}) k
     ORDER BY e.account_version
"""  # noqa: S608 (constants)
_TOTALS = """
    SELECT j.kind, count(*), sum(greatest(e.amount_minor * s.sign, 0))::bigint,
           sum(least(e.amount_minor * s.sign, 0))::bigint
      FROM (SELECT CASE normal_side WHEN 'debit' THEN 1 ELSE -1 END AS sign, id
              FROM payments_ledger_account WHERE code = %s AND currency = %s) s
      JOIN payments_ledger_entry e ON e.account_id = s.id
       AND e.account_version > %s AND e.account_version <= %s
      JOIN payments_ledger_journal j ON j.id = e.journal_id
     GROUP BY j.kind ORDER BY j.kind
"""
_KEPT_OF_PERIOD = f"""
    SELECT {_KEPT}
      FROM payments_ledger_account w
      JOIN payments_ledger_entry e ON e.account_id = w.id
       AND e.account_version > %s AND e.account_version <= %s
      JOIN payments_ledger_journal j ON j.id = e.journal_id AND j.kind IN {_OF_SALES}
      JOIN payments_ledger_entry c ON c.journal_id = e.journal_id
      JOIN payments_ledger_account a ON a.id = c.account_id
     WHERE w.code = %s AND w.currency = %s
"""  # noqa: S608 (constants)


def list_period(period: Period) -> Iterator[PeriodLine]:
    """Its lines, oldest first, a portion at a time: as many as there are, in little memory."""
    account, last = period.account, period.opening_version
    while last < period.closing_version:
        with connection.cursor() as cursor:
            cursor.execute(
                _LINES,
                [account.code, account.currency, last, period.closing_version, PORTION_LINES],
            )
            rows = cursor.fetchall()
        for row in rows:
            version, posted_at, kind, reference_id, amount_minor, balance_minor, *kept = row
            yield PeriodLine(
                version=version,
                posted_at=posted_at,
                kind=kind,
                reference_id=reference_id,
                amount=Money(amount_minor, account.currency),
                balance_after=Money(balance_minor, account.currency),
                kept=_kept(kept, account.currency),
            )
        if not rows:
            raise RuntimeError(f"{account}: version {last + 1} is missing")
        last = rows[-1][0]


def total_period(period: Period) -> Sequence[KindTotal]:
    """What each kind of journal did to the account in the period."""
    account = period.account
    bounds = [period.opening_version, period.closing_version]
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, [account.code, account.currency, *bounds])
        rows = cursor.fetchall()
    return [
        KindTotal(
            kind=kind,
            count=count,
            came_in=Money(came_in, account.currency),
            went_out=Money(went_out, account.currency),
        )
        for kind, count, came_in, went_out in rows
    ]


def total_kept(period: Period) -> Kept:
    """The sum of ``kept`` over all lines."""
    account = period.account
    bounds = [period.opening_version, period.closing_version]
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_OF_PERIOD, [*bounds, account.code, account.currency])
        return _kept(cursor.fetchone(), account.currency)


def _kept(minor: Sequence[int], currency: str) -> Kept:
    commission_minor, tax_minor = minor
    return Kept(Money(commission_minor, currency), Money(tax_minor, currency))
