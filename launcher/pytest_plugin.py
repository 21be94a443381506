"""Gives every pytest run a PostgreSQL of its own when `DATABASE_URL` is unset.

Loaded early (`-p launcher.pytest_plugin`), because pytest-django reads the settings before any
`conftest.py`. Only the controller starts a server; xdist workers inherit its address. Several runs
in one checkout each take a free slot, so they never share a server; a slot stays warm for the next.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TextIO

import pytest

from launcher.account import forget_outside_folder
from launcher.bootstrap import ROOT
from launcher.errors import LaunchFailed
from launcher.postgres import OWNER, Postgres

SLOTS_LIMIT = 32
_running: list[tuple[Postgres, TextIO]] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None]:
    """Runs around pytest-django's hook of the same name, so the address is there in time."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    only_tells = bool({"-h", "--help", "--version", "-VV"} & set(args))
    if "DATABASE_URL" not in os.environ and not is_worker and not only_tells:
        _start()
    return (yield)


def pytest_unconfigure() -> None:
    _stop()


def _start() -> None:
    try:
        folder, lock = _free_slot()
        server = Postgres(folder, unsafe=True)
        _start_or_renew(server, folder)
    except (LaunchFailed, OSError) as failure:
        pytest.exit(f"the test database did not start: {failure}", returncode=3)
    _running.append((server, lock))
    atexit.register(_stop)
    # The owner's address: creating the test databases needs it. Tests that prove what the runtime
    # role may not do switch to it with SET ROLE.
    os.environ["DATABASE_URL"] = server.url(OWNER)


def _start_or_renew(server: Postgres, folder: Path) -> None:
    try:
        server.start()
    except LaunchFailed as failure:
        # Written without fsync, so a power cut or a newer version makes it useless: throw it away.
        print(f"the test database is made anew: {str(failure).splitlines()[0]}", file=sys.stderr)
        server.remove()
        forget_outside_folder(folder)
        shutil.rmtree(folder, ignore_errors=True)
        server.start()


def _stop() -> None:
    while _running:
        server, lock = _running.pop()
        server.stop()
        lock.close()


def _free_slot() -> tuple[Path, TextIO]:
    state = ROOT / ".fairhold"
    state.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    for number in range(SLOTS_LIMIT):
        lock = (state / f"test-{number}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return state / f"test-{number}", lock
    raise LaunchFailed(f"{SLOTS_LIMIT} test runs are under way in this checkout")
