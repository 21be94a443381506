from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.models import ProviderBalance, ProviderReport
from marketplace.payments.providers.factory import enabled_providers

OURS = """
    SELECT split_part(a.code, ':', 2), a.currency, b.balance_minor
      FROM payments_ledger_account a
     CROSS JOIN LATERAL ledger_balances(ARRAY[a.id]) b
     WHERE a.kind = 'psp_clearing'
"""
# Open items are few: what is matched is in none of these indexes.
OPEN = """
    SELECT provider, currency, side, count(*), sum(amount_minor), min(happened_at),
           count(*) FILTER (WHERE happened_at >= %(now)s::timestamptz - interval '1 hour'),
           count(*) FILTER (WHERE happened_at < %(now)s::timestamptz - interval '1 hour'
                              AND happened_at >= %(now)s::timestamptz - interval '1 day'),
           count(*) FILTER (WHERE happened_at < %(now)s::timestamptz - interval '1 day'
                              AND happened_at >= %(now)s::timestamptz - interval '7 days'),
           count(*) FILTER (WHERE happened_at < %(now)s::timestamptz - interval '7 days')
      FROM payments_recon_item WHERE match_id IS NULL GROUP BY provider, currency, side
"""
AGES = ("up to an hour", "up to a day", "up to a week", "older")


@dataclass(slots=True)
class OpenItems:
    """What is missing on one side; ``ages`` counts them as :data:`AGES` names them."""

    count: int = 0
    total_minor: int = 0
    oldest_at: datetime | None = None
    ages: tuple[int, ...] = (0,) * len(AGES)


@dataclass(slots=True)
class CurrencyState:
    """A provider's balance in one currency beside ours; ``theirs`` is None when unknown."""

    currency: str
    ours: Money
    theirs: Money | None = None
    is_stated: bool = False
    """Whether the provider stated it; otherwise its lines were added up."""
    at: datetime | None = None
    missing_in_books: OpenItems = field(default_factory=OpenItems)
    missing_in_report: OpenItems = field(default_factory=OpenItems)

    @property
    def difference(self) -> Money | None:
        return None if self.theirs is None else self.theirs - self.ours

    @property
    def explained(self) -> Money:
        """What the open items come to. Beside the difference, the rest is in none of them."""
        return Money(
            self.missing_in_books.total_minor - self.missing_in_report.total_minor, self.currency
        )

    @property
    def unexplained(self) -> Money | None:
        """A difference in none of the items: lines that were not read, or that do not add up."""
        return None if self.difference is None else self.difference - self.explained


@dataclass(slots=True)
class ProviderState:
    provider: str
    is_enabled: bool
    imported_at: datetime | None = None
    covers_until: datetime | None = None
    last_error: str = ""
    currencies: Sequence[CurrencyState] = ()


def get_reconciliation() -> list[ProviderState]:
    """Every provider's report beside our books, now. Four queries, whatever has been matched."""
    rows: dict[str, dict[str, CurrencyState]] = defaultdict(dict)

    def state(provider: str, currency: str) -> CurrencyState:
        return rows[provider].setdefault(currency, CurrencyState(currency, Money.zero(currency)))

    with connection.cursor() as cursor:
        cursor.execute(OURS)
        for provider, currency, balance_minor in cursor.fetchall():
            state(provider, currency).ours = Money(int(balance_minor), currency)
        cursor.execute(OPEN, {"now": clock.database_now()})
        for row in cursor.fetchall():
            _add_open(state(row[0], row[1]), row[2:])
    for balance in ProviderBalance.objects.all():
        _add_theirs(state(balance.provider, balance.currency), balance)
    reports = {report.provider: report for report in ProviderReport.objects.all()}
    names = sorted({*rows, *reports, *enabled_providers()})
    return [_provider(name, reports.get(name), rows[name]) for name in names]


def _add_open(state: CurrencyState, row: Sequence[Any]) -> None:
    side, count, total, oldest_at, *ages = row
    found = OpenItems(int(count), int(total), oldest_at, tuple(int(age) for age in ages))
    if side == "THEIRS":
        state.missing_in_books = found
    else:
        state.missing_in_report = found


def _add_theirs(state: CurrencyState, balance: ProviderBalance) -> None:
    state.is_stated = balance.reported_minor is not None
    stated = balance.lines_minor if balance.reported_minor is None else balance.reported_minor
    state.theirs, state.at = Money(stated, state.currency), balance.reported_at


def _provider(
    name: str, report: ProviderReport | None, currencies: dict[str, CurrencyState]
) -> ProviderState:
    state = ProviderState(
        provider=name,
        is_enabled=name in enabled_providers(),
        currencies=[currencies[currency] for currency in sorted(currencies)],
    )
    if report is not None:
        state.imported_at, state.last_error = report.imported_at, report.last_error
        state.covers_until = report.covers_until
    return state


def grace_minutes() -> int:
    """How long an item may be open before it is taken for a breach."""
    return int(settings.RECONCILIATION_GRACE_SECONDS // 60)
