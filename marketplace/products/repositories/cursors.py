"""Cursors of keyset paging: where a page ended, in the values of its ordering."""

import base64
import binascii
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import orjson

from marketplace.products.repositories.search import BadCursor, Ordering

MAX_CURSOR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Cursor:
    """``values`` are those of the row at the edge; ``backwards`` reads towards the start."""

    ordering: Ordering
    values: list[Any]
    backwards: bool = False

    def encode(self) -> str:
        body = orjson.dumps([self.ordering, self.values, self.backwards], default=str)
        return base64.urlsafe_b64encode(body).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str, ordering: Ordering, types: Sequence[str]) -> Self:
        """Read a cursor of a list in ``ordering`` whose edge has values of these SQL ``types``."""
        if len(text) > MAX_CURSOR_LENGTH or not text.isascii():
            raise BadCursor
        try:
            body = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            made_for, values, backwards = body
            if made_for != ordering or not isinstance(backwards, bool):
                raise BadCursor
            edge = [READERS[kind](value) for kind, value in zip(types, values, strict=True)]
        except (binascii.Error, ValueError, TypeError):
            raise BadCursor from None
        return cls(ordering, edge, backwards)


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    return value


def _bigint(value: Any) -> int:
    if type(value) is not int or abs(value) >= 2**63:
        raise ValueError
    return value


def _float(value: Any) -> float:
    if type(value) is not float or not math.isfinite(value):
        raise ValueError
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError
    return moment


READERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "bigint": _bigint,
    "float8": _float,
    "timestamptz": _moment,
    "uuid": lambda value: UUID(_text(value)),
}
