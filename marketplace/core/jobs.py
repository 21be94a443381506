"""Periodic jobs: what must happen though nobody asks (deadlines, provider calls, roll-ups).

A job is found by its rows, not by a message: it looks for work that is due, so a lost nudge, a
crash or a second copy of it changes nothing. ``manage.py run_worker`` runs every registered job in
the embedded default; Celery beat runs the same functions when ``RABBITMQ_URL`` is set.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

MIN_PATIENCE_SECONDS = 15.0
MISSED_RUNS = 10


@dataclass(frozen=True, slots=True)
class Job:
    """``function`` does one bounded portion of the due work and returns how much it did."""

    name: str
    every_seconds: float
    function: Callable[[], int]

    @property
    def patience_seconds(self) -> float:
        """How old the last success may be before readiness calls the job late."""
        return patience_seconds(self.every_seconds)


_jobs: dict[str, Job] = {}


def periodic(
    *, name: str, every_seconds: float
) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Register a job. When it returns more than 0 it is run again at once."""

    if every_seconds <= 0:
        raise ValueError(f"job {name}: every_seconds must be positive")

    def register(function: Callable[[], int]) -> Callable[[], int]:
        if name in _jobs:
            raise ValueError(f"job {name} is registered twice")
        _jobs[name] = Job(name, every_seconds, function)
        return function

    return register


def registered_jobs() -> Mapping[str, Job]:
    return _jobs


def run_due(name: str) -> int:
    """Run one job until it finds nothing more to do; for tests and for the command line."""
    total = 0
    while done := _jobs[name].function():
        total += done
    return total


def patience_seconds(every_seconds: float) -> float:
    """Ten missed runs, and never less than fifteen seconds."""
    return max(MISSED_RUNS * every_seconds, MIN_PATIENCE_SECONDS)
