"""Child processes that never outlive the launcher.

Each child leads a process group of its own, so that Ctrl-C in the terminal reaches only the
launcher, which then stops the children in order. On Linux the kernel signals a child when its
parent dies, so that even `kill -9` of the launcher leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.account import Account
from launcher.errors import LaunchFailed

PR_SET_PDEATHSIG = 1
_libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(slots=True)
class Child:
    """A running program, its log, and how it is asked to stop."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    grace_seconds: float

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    @property
    def pid(self) -> int:
        return self.popen.pid

    def stop(self) -> None:
        """Asks the program to stop, then ends its whole process group for certain."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                self.popen.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(self.grace_seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


def pid_of(name: str, child: Child | None) -> int:
    """The process id of a service that must be running."""
    if child is None or not child.is_running:
        raise LaunchFailed(f"{name} is not running")
    return child.pid


def spawn(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    stdin: bytes | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    grace_seconds: float = 10,
) -> Child:
    """Starts a program with its output in `log`. Call it from a thread that outlives the child:
    the kernel's parent-death signal is tied to the thread that started it."""
    other = account if account is not None and account.is_other else None
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            process_group=0,
            user=other.uid if other else None,
            group=other.gid if other else None,
            extra_groups=[] if other else None,
            preexec_fn=_tie_to_parent(stop_signal),
        )
    if stdin is not None and popen.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            popen.stdin.write(stdin)
            popen.stdin.close()
    return Child(name, popen, log, stop_signal, grace_seconds)


def _tie_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None
    parent = os.getpid()

    def tie() -> None:
        # Runs after the change of user, which would have cleared the setting.
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return tie


def wait_until(
    condition: Callable[[], bool],
    *,
    timeout_seconds: float,
    child: Child | None = None,
    every_seconds: float = 0.05,
) -> bool:
    """True once the condition holds; False after the timeout or when `child` has ended."""
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        if child is not None and not child.is_running:
            return False
        time.sleep(every_seconds)
    return False
