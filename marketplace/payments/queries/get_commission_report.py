"""What the platform has taken, for its accountants: straight from the ledger."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from marketplace.core.money import Money

# Amounts of a sale that several rules govern are split by what each of them took. Each part gets
# the difference of two rounded running sums, so that the parts add up to the ledger's figure.
REPORT = """
    WITH moved AS (
        SELECT e.reference_id AS order_id, e.currency,
               date_trunc('month', e.posted_at AT TIME ZONE 'UTC')::date AS month,
               -coalesce(sum(e.amount_minor) FILTER (WHERE a.kind = 'revenue_commission'), 0)
                   AS commission,
               -coalesce(sum(e.amount_minor) FILTER (WHERE a.kind = 'tax'), 0) AS tax
          FROM payments_ledger_account a
          JOIN payments_ledger_entry e ON e.account_id = a.id
         WHERE a.kind IN ('revenue_commission', 'tax')
           AND e.posted_at >= %(start)s AND e.posted_at < %(end)s
         GROUP BY 1, 2, 3
    ), part AS (
        SELECT p.order_id, t.rank, (t.terms ->> 'rule_id')::uuid AS rule_id,
               coalesce(t.terms ->> 'tax_jurisdiction', '') AS jurisdiction,
               sum((t.terms ->> 'commission_minor')::numeric) OVER so_far AS commission_to,
               sum(coalesce((t.terms ->> 'tax_minor')::numeric, 0)) OVER so_far AS tax_to,
               (t.terms ->> 'commission_minor')::numeric AS commission,
               coalesce((t.terms ->> 'tax_minor')::numeric, 0) AS tax,
               nullif((p.commission_terms ->> 'commission_minor')::numeric, 0) AS all_commission,
               nullif(coalesce((p.commission_terms ->> 'tax_minor')::numeric, 0), 0) AS all_tax
          FROM payments_payment p
         CROSS JOIN LATERAL jsonb_array_elements(
               CASE WHEN jsonb_array_length(coalesce(p.commission_terms -> 'parts', '[]')) > 0
                    THEN p.commission_terms -> 'parts'
                    ELSE jsonb_build_array(p.commission_terms) END
               ) WITH ORDINALITY AS t (terms, rank)
         WHERE p.order_id IN (SELECT order_id FROM moved)
        WINDOW so_far AS (PARTITION BY p.order_id ORDER BY t.rank)
    ), split AS (
        SELECT m.month, m.currency, m.order_id, p.rule_id, coalesce(p.jurisdiction, '') AS where_to,
               coalesce(floor(m.commission * p.commission_to / p.all_commission)
                        - floor(m.commission * (p.commission_to - p.commission)
                                / p.all_commission),
                        CASE WHEN coalesce(p.rank, 1) = 1 THEN m.commission ELSE 0 END)
                   AS commission,
               coalesce(floor(m.tax * p.tax_to / p.all_tax)
                        - floor(m.tax * (p.tax_to - p.tax) / p.all_tax),
                        CASE WHEN coalesce(p.rank, 1) = 1 THEN m.tax ELSE 0 END) AS tax
          FROM moved m LEFT JOIN part p ON p.order_id = m.order_id
    )
    SELECT s.month, s.currency, s.rule_id, coalesce(r.name, ''), s.where_to,
           count(DISTINCT s.order_id), sum(s.commission), sum(s.tax)
      FROM split s LEFT JOIN payments_commission_rule r ON r.id = s.rule_id
     GROUP BY 1, 2, 3, 4, 5
     ORDER BY 1, 2, 4, 3, 5
"""


@dataclass(frozen=True, slots=True)
class CommissionReportRow:
    """One month, currency and rule. ``sales`` is the number of orders that moved the figures."""

    month: date
    currency: str
    rule_id: UUID | None
    rule_name: str
    tax_jurisdiction: str
    sales: int
    commission: Money
    tax: Money


def get_commission_report(*, start: datetime, end: datetime) -> list[CommissionReportRow]:
    """Commission and tax that were booked from ``start`` until before ``end``, by month and rule.

    What was given back with refunds counts against the month in which it was. The rows of a
    currency sum to what the ledger's accounts of commission and tax moved. Months are of UTC.
    """
    with connection.cursor() as cursor:
        cursor.execute(REPORT, {"start": start, "end": end})
        return [
            CommissionReportRow(
                month=month,
                currency=currency,
                rule_id=rule_id,
                rule_name=name,
                tax_jurisdiction=jurisdiction,
                sales=sales,
                commission=Money(int(commission), currency),
                tax=Money(int(tax), currency),
            )
            for month, currency, rule_id, name, jurisdiction, sales, commission, tax in (
                cursor.fetchall()
            )
        ]
