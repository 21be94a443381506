"""The programs that make up the platform, as things that start, answer and stop."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from launcher.bootstrap import ROOT
from launcher.errors import LaunchFailed, machine_fault, tail
from launcher.ports import HOST, serves
from launcher.processes import Child, pid_of, spawn, wait_until

START_TIMEOUT_SECONDS = 60


class Service(Protocol):
    """What the supervisor looks after."""

    name: str

    @property
    def child(self) -> Child | None: ...

    @property
    def pid(self) -> int: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(slots=True)
class Program:
    """One program of ours. `start` returns at once; `wait` until it answers or has failed."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    logs: Path
    is_ready: Callable[[], bool] = lambda: True
    child: Child | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        return pid_of(self.name, self.child)

    def start(self) -> None:
        log = self.logs / f"{self.name}.log"
        keep_size(log)
        self.child = spawn(self.name, self.command, log=log, env=self.env, cwd=ROOT)

    def wait(self) -> None:
        """Returns when the program answers; raises with the end of its log when it does not."""
        if self.child is None:
            return
        if wait_until(self.is_ready, timeout_seconds=START_TIMEOUT_SECONDS, child=self.child):
            return
        end = tail(self.child.log)
        raise LaunchFailed(
            machine_fault(end) or f"{self.name} did not start; the end of {self.child.log}:\n{end}"
        )

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()
            self.child = None


LOG_LIMIT_BYTES = 20_000_000


def keep_size(log: Path) -> None:
    """Moves a log that has grown large aside, so that logs never fill the disk."""
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))


def web(*, port: int, env: Mapping[str, str], logs: Path) -> Program:
    # Half of the processors: the database, the worker and the sandbox need the others.
    workers = env.get("WEB_WORKERS", str(max(1, (os.cpu_count() or 2) // 2)))
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST]
    command += ["--port", str(port), "--workers", workers]
    # A thread keeps its database connection; ending idle threads would throw it away.
    command += ["--blocking-threads", env.get("WEB_THREADS", "16")]
    command += ["--blocking-threads-idle-timeout", "600", "--respawn-failed-workers"]
    command += ["--no-ws", "--log-level", "warning", "marketplace.config.wsgi:application"]
    return Program("web", command, env, logs, lambda: serves(f"http://{HOST}:{port}/health/live"))


def worker(*, env: Mapping[str, str], logs: Path) -> Program:
    return Program("worker", [sys.executable, "manage.py", "run_worker"], env, logs)


def sandbox(*, port: int, env: Mapping[str, str], logs: Path) -> Program:
    command = [sys.executable, "-m", "sandbox", "serve"]
    return Program("sandbox", command, env, logs, lambda: serves(f"http://{HOST}:{port}/"))


def sandbox_deliverer(*, env: Mapping[str, str], logs: Path) -> Program:
    return Program("sandbox-deliverer", [sys.executable, "-m", "sandbox", "deliver"], env, logs)
