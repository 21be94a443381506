"""A statement as JSON, written as it is read."""

from collections.abc import Iterator
from typing import Any

import orjson

from marketplace.core.money import Money, minor_to_decimal_string
from marketplace.payments.statements.statement import Statement, StatementLine

LINES_PER_CHUNK = 200


def write_json(statement: Statement) -> Iterator[bytes]:
    head = orjson.dumps(_head(statement))
    yield head[:-1] + b',"lines":['
    chunk: list[bytes] = []
    separator = b""
    for line in statement.lines():
        chunk.append(orjson.dumps(_line(line)))
        if len(chunk) == LINES_PER_CHUNK:
            yield separator + b",".join(chunk)
            chunk, separator = [], b","
    if chunk:
        yield separator + b",".join(chunk)
    yield b"]}"


def _head(statement: Statement) -> dict[str, Any]:
    return {
        "currency": statement.currency,
        "from": statement.starts_on,
        "to": statement.ends_on,
        "made_at": statement.made_at,
        "is_final": statement.is_final,
        "opening_balance": _amount(statement.opening),
        "closing_balance": _amount(statement.closing),
        "total_in": _amount(statement.money_in),
        "total_out": _amount(statement.money_out),
        "commission": _amount(statement.kept.commission),
        "tax": _amount(statement.kept.tax),
        "line_count": statement.line_count,
        "totals": [
            {
                "type": total.type,
                "description": total.description,
                "count": total.count,
                "amount": _amount(total.amount),
            }
            for total in statement.totals
        ],
    }


def _line(line: StatementLine) -> dict[str, Any]:
    return {
        "at": line.at,
        "type": line.type,
        "description": line.description,
        "reference": line.reference,
        "reference_id": line.reference_id,
        "amount": _amount(line.amount),
        "balance": _amount(line.balance),
        "commission": _amount(line.kept.commission),
        "tax": _amount(line.kept.tax),
    }


def _amount(amount: Money) -> str:
    return minor_to_decimal_string(amount.amount_minor, amount.currency)
