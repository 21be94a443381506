"""A service that ends is started again, more patiently each time."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.console import Silent
from launcher.processes import wait_until
from launcher.services import Program
from launcher.supervisor import LONGEST_PAUSE_SECONDS, Supervisor


class Told(Silent):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)


def program(tmp_path: Path, *command: str) -> Program:
    return Program("clock", command, {"PATH": "/usr/bin:/bin"}, tmp_path)


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Program]:
    one = program(tmp_path, "sleep", "60")
    one.start()
    yield one
    one.stop()


def has_ended(service: Program, within_seconds: float = 5) -> bool:
    return wait_until(
        lambda: service.child is not None and not service.child.is_running,
        timeout_seconds=within_seconds,
    )


def test_a_service_that_runs_is_left_alone(sleeper: Program) -> None:
    told = Told()
    pid = sleeper.child.popen.pid if sleeper.child else 0
    Supervisor([sleeper], told).look_after(sleeper)
    assert sleeper.child is not None
    assert sleeper.child.popen.pid == pid
    assert told.lines == []


def test_a_service_that_was_killed_is_started_again_with_a_line_that_says_so(
    sleeper: Program,
) -> None:
    told = Told()
    supervisor = Supervisor([sleeper], told)
    supervisor.look_after(sleeper)
    assert sleeper.child is not None
    sleeper.child.popen.kill()
    assert has_ended(sleeper)
    supervisor.look_after(sleeper)
    assert "clock was ended by SIGKILL; starting it again in 1 s" in told.lines[0]
    assert str(sleeper.logs) in told.lines[0]
    supervisor.look_after(sleeper)
    assert has_ended(sleeper)  # it does not come before the pause is over
    time.sleep(1.05)
    supervisor.look_after(sleeper)
    assert not has_ended(sleeper, within_seconds=0.2)
    assert told.lines[1:] == ["clock was started again"]


def test_the_pause_doubles_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = program(tmp_path, "false")
    failing.start()
    told = Told()
    supervisor = Supervisor([failing], told)
    now = time.monotonic()
    for _ in range(8):
        assert has_ended(failing)
        supervisor.look_after(failing)
        now += LONGEST_PAUSE_SECONDS + 1
        monkeypatch.setattr("launcher.supervisor.time.monotonic", lambda: now)  # noqa: B023
        supervisor.look_after(failing)
    pauses = [line.split(" in ")[1].split(" s")[0] for line in told.lines if "again in" in line]
    assert pauses[:6] == ["1", "2", "4", "8", "16", "30"]
    assert "ended with exit code 1" in told.lines[0]
    failing.stop()
