"""Which facts exist, how they are written as JSON, and who reacts to them."""

import dataclasses
import types
import typing
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, TypeVar
from uuid import UUID


class DomainEvent:
    """Base of every published fact: a frozen dataclass of ids, integers, strings and times.

    A field is added with a default; a change of meaning takes a new ``version`` and keeps the old
    class for as long as old events may be on their way.
    """

    event_type: ClassVar[str]
    event_version: ClassVar[int]


E = TypeVar("E", bound=DomainEvent)
Handler = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One reaction: ``consumer`` is unique and names its service first (``orders.mark_paid``)."""

    consumer: str
    handler: Handler

    @property
    def service(self) -> str:
        return self.consumer.partition(".")[0]


_classes: dict[tuple[str, int], type[DomainEvent]] = {}
_subscriptions: dict[tuple[str, int], list[Subscription]] = defaultdict(list)
_consumers: set[str] = set()


@typing.dataclass_transform(kw_only_default=True, frozen_default=True)
def domain_event(event_type: str, *, version: int = 1) -> Callable[[type[E]], type[E]]:
    """Publish a dataclass under ``service.PastTense``; it is frozen here."""

    def register(cls: type[E]) -> type[E]:
        frozen = dataclass(frozen=True, kw_only=True)(cls)
        frozen.event_type = event_type
        frozen.event_version = version
        if _classes.setdefault((event_type, version), frozen) is not frozen:
            raise ValueError(f"{event_type} v{version} is published twice")
        return frozen

    return register


def handles(event_class: type[E], *, consumer: str) -> Callable[[Callable[[E], None]], Any]:
    """Register a reaction. It runs in a transaction together with its inbox row.

    Handlers are called at least once per event and made effective once by the inbox. They may
    come late and out of order between keys.
    """

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        if consumer in _consumers:
            raise ValueError(f"consumer {consumer} is registered twice")
        _consumers.add(consumer)
        key = (event_class.event_type, event_class.event_version)
        _subscriptions[key].append(Subscription(consumer, handler))
        return handler

    return register


def subscriptions(event_type: str, version: int) -> tuple[Subscription, ...]:
    return tuple(_subscriptions.get((event_type, version), ()))


def all_subscriptions() -> Mapping[tuple[str, int], list[Subscription]]:
    return _subscriptions


def consuming_services() -> frozenset[str]:
    """Every service that reacts to some event: each has a queue of its own at the broker."""
    return frozenset(sub.service for subs in _subscriptions.values() for sub in subs)


def to_payload(event: DomainEvent) -> dict[str, Any]:
    """The event's fields as JSON values."""
    return {
        field.name: _to_json(getattr(event, field.name))
        for field in dataclasses.fields(event)  # type: ignore[arg-type]
    }


def from_payload(event_type: str, version: int, payload: Mapping[str, Any]) -> DomainEvent:
    """Rebuild an event; unknown members are ignored, so that a newer writer may add some."""
    cls, hints = _shape(event_type, version)
    return cls(**{k: _from_json(hints[k], v) for k, v in payload.items() if k in hints})


@cache
def _shape(event_type: str, version: int) -> tuple[type[DomainEvent], dict[str, Any]]:
    """The class and the types of its fields; looking these up costs more than parsing."""
    cls = _classes[event_type, version]
    hints = typing.get_type_hints(cls)
    return cls, {field.name: hints[field.name] for field in dataclasses.fields(cls)}  # type: ignore[arg-type]


def _to_json(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_to_json(item) for item in value]
    if value is None or isinstance(value, str | int | bool | dict):
        return value
    raise TypeError(f"an event cannot carry {type(value).__name__}")


def _from_json(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        (hint,) = (arg for arg in typing.get_args(hint) if arg is not type(None))
        return _from_json(hint, value)
    if origin is tuple:
        return tuple(_from_json(typing.get_args(hint)[0], item) for item in value)
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    return value
