"""Keeps the services running until it is told to stop."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

from launcher.console import Reporter
from launcher.errors import LaunchFailed
from launcher.services import Service

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
POLL_SECONDS = 0.25


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal. Not an Exception, so that nothing swallows it."""


def stop_on_signals() -> None:
    """From here on a stop signal raises StopRequested in the main thread."""

    def request(number: int, _frame: FrameType | None) -> NoReturn:
        raise StopRequested(signal.Signals(number).name)

    for number in STOP_SIGNALS:
        signal.signal(number, request)


def ignore_stop_signals() -> None:
    """While stopping: a second Ctrl-C must not leave half of the processes behind."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@dataclass(slots=True)
class _Record:
    failures: int = 0
    started_at_seconds: float = field(default_factory=time.monotonic)
    start_again_at_seconds: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Restarts a service that ended, after a pause that doubles with each failure in a row."""

    services: Sequence[Service]
    report: Reporter
    _records: dict[str, _Record] = field(default_factory=dict)

    def run_forever(self) -> NoReturn:
        while True:
            for service in self.services:
                self.look_after(service)
            time.sleep(POLL_SECONDS)

    def look_after(self, service: Service) -> None:
        """One look at one service: notes that it ended, or starts it again when that is due."""
        record = self._records.setdefault(service.name, _Record())
        if record.start_again_at_seconds is not None:
            if time.monotonic() >= record.start_again_at_seconds:
                self._start_again(service, record)
        elif service.child is not None and not service.child.is_running:
            if time.monotonic() - record.started_at_seconds > STEADY_SECONDS:
                record.failures = 0
            self._plan(service, record, _how_it_ended(service.child.popen.returncode))

    def _plan(self, service: Service, record: _Record, what: str) -> None:
        pause = min(LONGEST_PAUSE_SECONDS, 2.0**record.failures)
        record.failures += 1
        record.start_again_at_seconds = time.monotonic() + pause
        log = f" (log: {service.child.log})" if service.child is not None else ""
        self.report.say(f"{service.name} {what}; starting it again in {pause:.0f} s{log}")

    def _start_again(self, service: Service, record: _Record) -> None:
        record.start_again_at_seconds = None
        record.started_at_seconds = time.monotonic()
        service.stop()  # ends what is left of its process group
        try:
            service.start()
        except (LaunchFailed, OSError) as failure:
            self._plan(service, record, f"did not start: {str(failure).splitlines()[0]}")
        else:
            self.report.say(f"{service.name} was started again")


def _how_it_ended(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with exit code {status}"
