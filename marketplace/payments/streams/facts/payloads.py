"""Facts as JSON, and back."""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from marketplace.payments.streams.facts.base import Fact, classes


def to_payload(fact: Fact) -> dict[str, Any]:
    """The fact's members as JSON values."""
    return {
        field.name: _to_json(getattr(fact, field.name))
        for field in dataclasses.fields(fact)  # type: ignore[arg-type]
    }


def from_payload(fact_type: str, payload: Mapping[str, Any]) -> Fact:
    """The fact as it was recorded."""
    cls = classes[fact_type]
    readers = _readers(fact_type)
    return cls(**{name: readers[name](value) for name, value in payload.items()})


def _to_json(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | bool | dict):
        return value
    if isinstance(value, tuple):
        return [_to_json(each) for each in value]
    raise TypeError(f"a fact cannot carry {type(value).__name__}")


@cache
def _readers(fact_type: str) -> Mapping[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(classes[fact_type])
    return {name: _reader(hint) for name, hint in hints.items()}


def _reader(hint: Any) -> Callable[[Any], Any]:
    if typing.get_origin(hint) is types.UnionType:
        (hint,) = (arg for arg in typing.get_args(hint) if arg is not types.NoneType)
        inner = _reader(hint)
        return lambda value: None if value is None else inner(value)
    if hint is UUID:
        return UUID
    if hint is datetime:
        return datetime.fromisoformat
    if typing.get_origin(hint) is tuple:
        return tuple
    return lambda value: value
