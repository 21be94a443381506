"""A statement as CSV: RFC 4180, UTF-8 with a byte order mark, which spreadsheets need."""

import csv
import io
from collections.abc import Iterator, Sequence

from marketplace.core.money import Money, minor_to_decimal_string
from marketplace.payments.statements.statement import Statement

COLUMNS = (
    *("date", "type", "description", "reference", "amount", "currency", "balance"),
    *("commission", "tax"),
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
CHUNK_CHARACTERS = 32 * 1024


def write_csv(statement: Statement) -> Iterator[bytes]:
    """In chunks, as it is read. The first and the last row carry the balances."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in _rows(statement):
        writer.writerow(row)
        if buffer.tell() >= CHUNK_CHARACTERS:
            yield _taken(buffer)
    yield _taken(buffer)


def _rows(statement: Statement) -> Iterator[Sequence[str]]:
    # The mark is part of the first cell: every row goes through one writer.
    yield ("\ufeff" + COLUMNS[0], *COLUMNS[1:])
    starts_on, ends_on = statement.starts_on.isoformat(), statement.ends_on.isoformat()
    yield _balance_row(starts_on, "opening_balance", "Opening balance", statement.opening)
    for line in statement.lines():
        yield (
            line.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            as_text(line.type),
            as_text(line.description),
            as_text(f"{line.reference} {line.reference_id}".strip()),
            _amount(line.amount),
            line.amount.currency,
            _amount(line.balance),
            _amount(line.kept.commission),
            _amount(line.kept.tax),
        )
    yield _balance_row(ends_on, "closing_balance", "Closing balance", statement.closing)


def _balance_row(day: str, name: str, description: str, balance: Money) -> Sequence[str]:
    return (day, name, description, "", "", balance.currency, _amount(balance), "", "")


def as_text(value: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236)."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def _amount(amount: Money) -> str:
    return minor_to_decimal_string(amount.amount_minor, amount.currency)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
