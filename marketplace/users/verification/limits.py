"""What each service limits by level: they say so here, so that a person sees all of it at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LevelLimit:
    """One limit of one person. ``used_minor`` and amounts are minor units of ``currency``; a limit
    of a number (open orders) has no currency. None is no limit."""

    name: str
    period: str
    """"": each one; day, month: rolling; now: what is open."""
    currency: str
    limit: int | None
    used: int
    lifted_by: str | None
    """The lowest level above the person's own whose limit is higher; None where none is."""


Reader = Callable[[UUID, str], Sequence[LevelLimit]]
_readers: dict[str, Reader] = {}


def register_level_limits(service: str, reader: Reader) -> None:
    """``reader`` is given a person and their level and answers in a few queries, none locking."""
    if service in _readers:
        raise ValueError(f"limits of {service} are registered twice")
    _readers[service] = reader


def read_level_limits(user_id: UUID, level: str) -> Sequence[LevelLimit]:
    return [limit for reader in _readers.values() for limit in reader(user_id, level)]
