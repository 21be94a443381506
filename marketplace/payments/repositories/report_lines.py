"""Keep the lines of providers' reports, each once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.payments.models import ProviderReport, ProviderReportLine
from marketplace.payments.providers.protocol import ReportLine

INSERT = """
    INSERT INTO payments_provider_report_line
        (provider, line_id, kind, object_id, reference, amount_minor, currency, occurred_at,
         imported_at, source)
    SELECT %s, l.line_id, l.kind, l.object_id, l.reference, l.amount_minor, l.currency,
           l.occurred_at, %s, %s
      FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[],
                  %s::timestamptz[])
           AS l (line_id, kind, object_id, reference, amount_minor, currency, occurred_at)
    ON CONFLICT (provider, line_id) DO NOTHING
    RETURNING line_id
"""
ADD_TO_BALANCE = """
    INSERT INTO payments_provider_balance (provider, currency, lines_minor)
    SELECT %s, b.currency, b.amount_minor
      FROM unnest(%s::text[], %s::bigint[]) AS b (currency, amount_minor)
    ON CONFLICT (provider, currency) DO UPDATE
       SET lines_minor = payments_provider_balance.lines_minor + excluded.lines_minor
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """``new`` lines were kept; ``known`` ones were there already, word for word the same."""

    new: int
    known: Sequence[ReportLine]
    contradicted: Sequence[ReportLine]
    """Here under the same id already, saying something else. They were not kept."""


@needs_transaction
def lock_report(provider: str) -> ProviderReport:
    """The provider's report, locked: whoever imports or matches its lines does so alone."""
    ProviderReport.objects.bulk_create([ProviderReport(provider=provider)], ignore_conflicts=True)
    return ProviderReport.objects.select_for_update(no_key=True).get(provider=provider)


@needs_transaction
def keep_lines(provider: str, lines: Sequence[ReportLine], *, source: str) -> Kept:
    """Keep those that are not there yet; needs the lock of :func:`lock_report`.

    A line of nothing is left out: it moved nothing.
    """
    moving = [line for line in lines if not line.amount.is_zero]
    if not moving:
        return Kept(0, (), ())
    columns: list[list[Any]] = [
        [line.id for line in moving],
        [line.kind.value for line in moving],
        [line.object_id for line in moving],
        [line.reference for line in moving],
        [line.amount.amount_minor for line in moving],
        [line.amount.currency for line in moving],
        [line.occurred_at for line in moving],
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [provider, clock.now(), source, *columns])
        new_ids = {line_id for (line_id,) in cursor.fetchall()}
        _add_to_balance(cursor, provider, [line for line in moving if line.id in new_ids])
    others = [line for line in moving if line.id not in new_ids]
    known, contradicted = _compare(provider, others)
    return Kept(len(new_ids), known, contradicted)


def _add_to_balance(cursor: Any, provider: str, lines: Sequence[ReportLine]) -> None:
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.amount.currency] += line.amount.amount_minor
    if sums:
        cursor.execute(ADD_TO_BALANCE, [provider, list(sums), list(sums.values())])


def _compare(
    provider: str, lines: Sequence[ReportLine]
) -> tuple[list[ReportLine], list[ReportLine]]:
    rows = ProviderReportLine.objects.filter(
        provider=provider, line_id__in=[line.id for line in lines]
    ).values_list("line_id", "kind", "amount_minor", "currency")
    kept = {line_id: content for line_id, *content in rows}
    known: list[ReportLine] = []
    contradicted: list[ReportLine] = []
    for line in lines:
        says = [line.kind.value, line.amount.amount_minor, line.amount.currency]
        (known if kept[line.id] == says else contradicted).append(line)
    return known, contradicted
