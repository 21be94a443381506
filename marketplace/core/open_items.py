"""What waits for an operator: every service registers its own queues, the admin shows them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Queue:
    """``count`` is one cheap query; ``path`` is where in the admin the items are listed."""

    title: str
    count: Callable[[], int]
    path: str
    is_alarming: bool = False
    """Something went wrong, as opposed to somebody waiting."""


_queues: dict[str, Queue] = {}


def register_queue(queue: Queue) -> None:
    if queue.title in _queues:
        raise ValueError(f"queue {queue.title} is registered twice")
    _queues[queue.title] = queue


def registered_queues() -> Sequence[Queue]:
    return tuple(_queues.values())
