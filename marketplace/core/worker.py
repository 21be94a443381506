"""Loops that run until told to stop: the relay, the consumers and the periodic jobs.

Each loop is a thread with a database connection of its own. Whatever a turn raises is logged and
recorded in its heart-beat, its connection is thrown away (the database may have restarted) and the
loop goes on after a pause that grows with each failure in a row.
"""

import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog
from django.db import DatabaseError, connection

from marketplace.core.heartbeats import Beat
from marketplace.core.jobs import Job

RELAY_PAUSE_SECONDS = 0.1
"""For events of other processes; those of a job beside the relay nudge it."""
MAX_FAILURE_PAUSE_SECONDS = 5.0
HANG_AFTER_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 25.0
"""Shorter than the 30 s that process supervisors usually grant."""

log = structlog.get_logger(__name__)

Turn = Callable[[], int]
"""Does one bounded portion of work and returns how much it did; 0 means there is none left."""


@dataclass(slots=True)
class Loop:
    """One kind of work, repeated. After a turn that did something the next follows at once."""

    name: str
    turn: Turn
    pause_seconds: float
    close: Callable[[], None] = lambda: None
    first_pause_seconds: float = 0.0
    nudges: "Loop | None" = None
    """Whose turn it is after one of this loop that did something: a job's events are handed on at
    once. Only a shortcut; the other loop's pause stays the safety net."""
    turn_started_at: float | None = None
    """On the monotonic clock, while a turn is under way."""
    _failures: int = field(default=0, repr=False)
    _nudged: threading.Event = field(default_factory=threading.Event, repr=False)

    def nudge(self) -> None:
        """End the present pause, or skip the next one when a turn is under way."""
        self._nudged.set()

    def run(self, stop: threading.Event) -> None:
        beat = Beat(self.name, self.pause_seconds)
        stop.wait(self.first_pause_seconds)
        try:
            while not stop.is_set():
                self._nudged.wait(self._take_turn(beat))
        finally:
            self.close()
            connection.close()

    def _take_turn(self, beat: Beat) -> float:
        """One turn; returns the seconds to wait before the next."""
        # Before the work: what is recorded while it goes on nudges for another turn.
        self._nudged.clear()
        self.turn_started_at = time.monotonic()
        try:
            beat.started()
            done = self.turn()
            beat.succeeded()
        except Exception as error:  # noqa: BLE001 - a loop outlives whatever one turn runs into
            return self._after_failure(beat, error)
        finally:
            self.turn_started_at = None
        self._failures = 0
        if done and self.nudges is not None:
            self.nudges.nudge()
        return 0.0 if done else self.pause_seconds

    def _after_failure(self, beat: Beat, error: Exception) -> float:
        self._failures += 1
        log.error("turn_failed", loop=self.name, failures_in_a_row=self._failures, exc_info=error)
        # After a restart of PostgreSQL the old connection stays broken for ever; a new one costs
        # little beside the pause.
        connection.close()
        try:
            beat.failed(error)
        except DatabaseError:
            # The database is away: the growing age of the last success tells as much.
            connection.close()
        pause = min(0.1 * 2 ** min(self._failures, 10), MAX_FAILURE_PAUSE_SECONDS)
        pause *= random.uniform(0.5, 1.0)  # noqa: S311
        return float(max(self.pause_seconds, pause))


def job_loop(job: Job, *, nudges: Loop | None = None) -> Loop:
    """A loop for one periodic job; the first runs of many jobs are spread over a second."""
    return Loop(
        name=job.name,
        turn=job.function,
        pause_seconds=job.every_seconds,
        first_pause_seconds=random.uniform(0, min(1.0, job.every_seconds)),  # noqa: S311
        nudges=nudges,
    )


class Worker:
    """Runs loops in threads, watches for one that hangs, and stops them in good order."""

    def __init__(self, loops: Iterable[Loop]) -> None:
        self.loops = tuple(loops)
        self._stop = threading.Event()
        self._reported: set[tuple[str, float]] = set()

    def stop(self) -> None:
        """Ask every loop to finish its turn and end; safe to call from a signal handler."""
        self._stop.set()

    def run(self) -> bool:
        """Run until :meth:`stop`; returns whether every loop ended in time."""
        threads = [
            threading.Thread(target=loop.run, args=[self._stop], name=loop.name, daemon=True)
            for loop in self.loops
        ]
        for thread in threads:
            thread.start()
        log.info("worker_started", loops=[loop.name for loop in self.loops])
        while not self._stop.wait(1.0):
            self._report_hanging()
        for loop in self.loops:
            loop.nudge()
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        late = [thread.name for thread in threads if thread.is_alive()]
        if late:
            log.error("worker_stopped_late", still_running=late)
        else:
            log.info("worker_stopped")
        return not late

    def _report_hanging(self) -> None:
        # Only a line in the log here: the age of the heart-beat is what readiness and alarms use.
        for loop in self.loops:
            started_at = loop.turn_started_at
            if started_at is None or time.monotonic() - started_at < HANG_AFTER_SECONDS:
                continue
            if (loop.name, started_at) not in self._reported:
                self._reported.add((loop.name, started_at))
                log.error("turn_hangs", loop=loop.name, seconds=time.monotonic() - started_at)
