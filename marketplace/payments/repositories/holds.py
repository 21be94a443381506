"""What of a wallet's money cannot be withdrawn yet, and from when on it can.

Computed from the releases each time, never money moved elsewhere: a policy that is relaxed frees
the money at once, and the books know one wallet only (ADR 52).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import connection

from marketplace.payments.models import Transaction, Wallet
from marketplace.payments.payout_terms import PayoutTerms

LINES = Transaction._meta.db_table
WALLETS = Wallet._meta.db_table


class HoldReason(StrEnum):
    FIRST_SALES = "FIRST_SALES"
    """Of a seller's first sales, for some days after their release."""
    RESERVE = "RESERVE"
    """A share of every release, for some days after it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Part of the balance, free from ``available_at`` on. Those of a reserve are one per day."""

    reason: HoldReason
    amount_minor: int
    available_at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawable:
    """A balance, and the holds on it, soonest first."""

    balance_minor: int
    holds: Sequence[Hold]

    @property
    def on_hold_minor(self) -> int:
        # What is held may have left otherwise (a refund, a purchase): it cannot exceed the balance.
        return min(sum(hold.amount_minor for hold in self.holds), self.balance_minor)

    @property
    def effective_holds(self) -> Sequence[Hold]:
        """The holds as far as there is money for them: they sum to ``on_hold_minor``."""
        # Where they exceed the balance, the end of the soonest frees nothing.
        excess = sum(hold.amount_minor for hold in self.holds) - self.on_hold_minor
        effective = []
        for hold in self.holds:
            kept = max(0, hold.amount_minor - excess)
            excess = max(0, excess - hold.amount_minor)
            if kept:
                effective.append(replace(hold, amount_minor=kept))
        return effective

    @property
    def available_minor(self) -> int:
        return self.balance_minor - self.on_hold_minor

    def available_from(self, amount_minor: int) -> datetime | None:
        """When so much can be withdrawn if nothing else happens; None when it is there now, or
        when there is less in the wallet altogether."""
        if amount_minor > self.balance_minor or amount_minor <= self.available_minor:
            return None
        held = sum(hold.amount_minor for hold in self.holds)
        for hold in self.holds:
            held -= hold.amount_minor
            if self.balance_minor - held >= amount_minor:
                return hold.available_at
        return None


# The first sales of all wallets of the seller, by their first release: from sale to sale along the
# index, so that it costs the same however many follow. A sale is of one wallet.
FIRST_SALES = f"""
    WITH RECURSIVE sale AS (
        SELECT id AS wallet_id, 0 AS number, '{{}}'::uuid[] AS seen,
               NULL::uuid AS payment_id, NULL::timestamptz AS released_at
          FROM {WALLETS} WHERE user_id = %s
         UNION ALL
        SELECT sale.wallet_id, sale.number + 1, sale.seen || line.payment_id,
               line.payment_id, line.created_at
          FROM sale, LATERAL (
               SELECT payment_id, created_at FROM {LINES}
                WHERE wallet_id = sale.wallet_id AND type = 'ESCROW_RELEASE'
                  AND payment_id <> ALL (sale.seen)
                ORDER BY created_at, id LIMIT 1) line
         WHERE sale.number < %s)
    SELECT payment_id FROM sale WHERE number > 0 ORDER BY released_at, payment_id LIMIT %s
"""  # noqa: S608 - Django's documented model API
# What came for a sale lately, but no more than what is left of it after refunds.
HELD_SALES = f"""
    SELECT least(sum(wallet_change_minor),
                 sum(wallet_change_minor) FILTER (WHERE type = 'ESCROW_RELEASE'
                                                    AND created_at > %s)),
           max(created_at) FILTER (WHERE type = 'ESCROW_RELEASE')
      FROM {LINES} WHERE payment_id = ANY (%s) AND wallet_id = %s
     GROUP BY payment_id HAVING max(created_at) FILTER (WHERE type = 'ESCROW_RELEASE') > %s
"""  # noqa: S608
# Each release's share, halves rounded up, added up by the day of the release. A release that is
# held as a whole is not held twice.
RESERVE = f"""
    SELECT sum(div(wallet_change_minor::numeric * 2 * %s + 10000, 20000)), max(created_at)
      FROM {LINES}
     WHERE wallet_id = %s AND type = 'ESCROW_RELEASE' AND created_at > %s
       AND NOT (payment_id = ANY (%s) AND created_at > %s)
     GROUP BY date_trunc('day', created_at, 'UTC')
"""  # noqa: S608


def read_holds(*, wallet: Wallet, terms: PayoutTerms, at: datetime) -> Sequence[Hold]:
    """The holds of a wallet, soonest first. To decide on them, lock its balance before."""
    holds: list[Hold] = []
    first_sales: list[UUID] = []
    since = at - timedelta(days=terms.held_sales_days)
    with connection.cursor() as cursor:
        if terms.held_sales_count and terms.held_sales_days:
            count = terms.held_sales_count
            cursor.execute(FIRST_SALES, [wallet.user_id, count, count])
            first_sales = [payment_id for (payment_id,) in cursor.fetchall()]
        if first_sales:
            cursor.execute(HELD_SALES, [since, first_sales, wallet.id, since])
            holds += _holds(HoldReason.FIRST_SALES, cursor.fetchall(), terms.held_sales_days)
        if terms.reserve_bps and terms.reserve_days:
            reserved_since = at - timedelta(days=terms.reserve_days)
            cursor.execute(
                RESERVE, [terms.reserve_bps, wallet.id, reserved_since, first_sales, since]
            )
            holds += _holds(HoldReason.RESERVE, cursor.fetchall(), terms.reserve_days)
    return sorted(holds, key=lambda hold: hold.available_at)


def _holds(
    reason: HoldReason, rows: Sequence[tuple[int | None, datetime]], days: int
) -> Sequence[Hold]:
    return [
        Hold(reason, int(amount_minor), released_at + timedelta(days=days))
        for amount_minor, released_at in rows
        if amount_minor and amount_minor > 0
    ]
