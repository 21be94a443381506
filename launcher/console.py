"""What a person sees: one line a step, with its time."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import Protocol

from launcher.errors import LaunchFailed


class Reporter(Protocol):
    """Where the steps are told. Tests and benches use `Silent`."""

    def step(self, title: str) -> contextlib.AbstractContextManager[None]: ...

    def say(self, line: str) -> None: ...


class Silent:
    """Tells nothing."""

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        yield

    def say(self, line: str) -> None:
        pass


class Console:
    """Tells every step on standard output; in a terminal a long step counts its seconds."""

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        finished = threading.Event()
        line = f"  {title} …"
        print(line, end="", flush=True)
        ticker = threading.Thread(target=self._tick, args=(line, started, finished), daemon=True)
        if sys.stdout.isatty():
            ticker.start()
        outcome = "failed"
        try:
            yield
            outcome = f"{time.monotonic() - started:.1f} s"
        finally:
            finished.set()
            if ticker.is_alive():
                ticker.join()
                print(f"\r{line}", end="")
            print(f" {outcome}", flush=True)

    def say(self, line: str) -> None:
        print(f"  {line}", flush=True)

    def _tick(self, line: str, started: float, finished: threading.Event) -> None:
        while not finished.wait(1):
            print(f"\r{line} {time.monotonic() - started:.0f} s", end="", flush=True)


def complain(failure: LaunchFailed | str) -> int:
    """Prints the one clear line and returns the exit code."""
    print(f"fairhold: {failure}", file=sys.stderr, flush=True)
    return 1
