"""Stripe's Balance report, itemised.

Two downloads of the Dashboard (or report types of the Reporting API) together are the whole
balance, https://docs.stripe.com/reports/report-types/balance:

* ``balance_change_from_activity.itemized.*``: everything but payouts;
* ``payouts.itemized.*``: the payouts.

What is read of the columns: ``balance_transaction_id``, ``created_utc`` (``effective_at_utc`` for
payouts), ``currency``, ``gross``, ``fee``, ``net`` (major units, signed, ``gross - fee = net``),
``reporting_category`` (https://docs.stripe.com/reports/reporting-categories), and for the object
``source_id`` (``payout_id`` for payouts). Choose ``payment_metadata[reference]``,
``refund_metadata[reference]`` and ``transfer_metadata[reference]`` too: our own names, by which
payments are recognised whose source is a charge. Other columns are left alone; the decimal
separator is a point. Lines have the ids of the API's, so that both may be imported.
"""

from collections.abc import Iterator
from typing import BinaryIO

from marketplace.core.money import Money
from marketplace.payments.providers.protocol import ReportKind, ReportLine
from marketplace.payments.reports.rows import Row, read_rows

REQUIRED = ("balance_transaction_id", "currency", "gross", "fee", "net", "reporting_category")
KINDS = {
    "charge": ReportKind.PAYMENT,
    "refund": ReportKind.REFUND,
    "refund_failure": ReportKind.REFUND_RETURN,
    "dispute": ReportKind.CHARGEBACK,
    "dispute_reversal": ReportKind.CHARGEBACK_RETURN,
    "fee": ReportKind.FEE,
    # Sellers are paid by transfers; a payout is what Stripe pays to our own bank.
    "transfer": ReportKind.PAYOUT,
    "transfer_reversal": ReportKind.PAYOUT_RETURN,
    "payout": ReportKind.SETTLEMENT,
    "payout_reversal": ReportKind.SETTLEMENT,
}
"""Every other category is OTHER: it stays an open item until a person has looked at it."""
REFERENCES = tuple(f"{source}_metadata[reference]" for source in ("refund", "transfer", "payment"))
"""Where our own name may stand. A refund's line carries its payment's note as well: last."""
NAMED_BY_PAYMENT = ("charge", "fee")


def read_stripe(file: BinaryIO) -> Iterator[tuple[int, ReportLine]]:
    """Each line of the report with its number in the file; a fee is a line of its own."""
    for row in read_rows(file, required=REQUIRED):
        for line in _lines(row):
            yield row.line, line


def _lines(row: Row) -> Iterator[ReportLine]:
    currency = row.currency()
    gross, fee = row.money("gross", currency), row.money("fee", currency)
    if gross - fee != row.money("net", currency):
        raise row.wrong("gross less fee is not net.")
    line_id = row.required("balance_transaction_id", max_length=190)
    kind = KINDS.get(row.required("reporting_category"), ReportKind.OTHER)
    if not gross.is_zero:
        yield _line(row, line_id, kind, gross)
    if not fee.is_zero:
        is_chargeback = kind in (ReportKind.CHARGEBACK, ReportKind.CHARGEBACK_RETURN)
        fee_kind = ReportKind.CHARGEBACK_FEE if is_chargeback else ReportKind.FEE
        yield _line(row, f"{line_id}:fee", fee_kind, -fee)


def _line(row: Row, line_id: str, kind: ReportKind, amount: Money) -> ReportLine:
    source = row.text("source_id") or row.text("payout_id")
    if not source:
        raise row.wrong("source_id is empty; download the report with that column.")
    if "created_utc" in row.values:
        occurred_at = row.moment("created_utc", is_utc=True)
    elif "effective_at_utc" in row.values:
        occurred_at = row.moment("effective_at_utc", is_utc=True)
    else:
        raise row.wrong("created_utc is missing; download the report with that column.")
    return ReportLine(
        id=line_id,
        kind=kind,
        object_id=source,
        reference=_reference(row),
        amount=amount,
        occurred_at=occurred_at,
    )


def _reference(row: Row) -> str:
    category = row.text("reporting_category")
    columns = REFERENCES[-1:] if category in NAMED_BY_PAYMENT else REFERENCES[:-1]
    return next((name for column in columns if (name := row.text(column))), "")
