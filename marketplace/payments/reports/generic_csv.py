"""Our own CSV for any provider: what an operator can make of whatever the provider offers.

One line of the balance per record:

=============  ================================================================================
line_id        The provider's own id of the line, unique for good.
kind           PAYMENT, FEE, REFUND, REFUND_RETURN, PAYOUT, PAYOUT_RETURN, CHARGEBACK,
               CHARGEBACK_FEE, CHARGEBACK_RETURN, SETTLEMENT or OTHER.
object_id      The provider's id of the payment, refund, payout or chargeback. May be empty when
               ``reference`` is not.
reference      Our own id of it, as given to the provider. May be empty.
amount         Decimal, major units, signed: below zero it left the balance. ``-12.50``
currency       ISO 4217.
occurred_at    ISO 8601 with an offset: ``2026-11-22T10:30:00+00:00``
=============  ================================================================================
"""

from collections.abc import Iterator
from typing import BinaryIO

from marketplace.payments.providers.protocol import ReportKind, ReportLine
from marketplace.payments.reports.rows import Row, read_rows

COLUMNS = ("line_id", "kind", "object_id", "reference", "amount", "currency", "occurred_at")


def read_generic(file: BinaryIO) -> Iterator[tuple[int, ReportLine]]:
    """Each line of the report with its number in the file."""
    for row in read_rows(file, required=COLUMNS, known=COLUMNS):
        yield row.line, _line(row)


def _line(row: Row) -> ReportLine:
    kind = row.required("kind").upper()
    if kind not in ReportKind.__members__:
        raise row.wrong(f"kind is {kind!r}, not one of {', '.join(ReportKind)}.")
    object_id, reference = row.text("object_id"), row.text("reference")
    if not (object_id or reference):
        raise row.wrong("object_id and reference are both empty: it could not be matched.")
    amount = row.money("amount", row.currency())
    if amount.is_zero:
        raise row.wrong("amount is zero.")
    return ReportLine(
        id=row.required("line_id"),
        kind=ReportKind(kind),
        object_id=object_id,
        reference=reference,
        amount=amount,
        occurred_at=row.moment("occurred_at"),
    )
