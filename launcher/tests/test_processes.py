"""Children never outlive the launcher."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil

from launcher.bootstrap import ROOT
from launcher.processes import spawn, wait_until

STUBBORN = "trap '' TERM; sleep 60 & wait; sleep 60"


def test_stop_ends_a_program_that_does_not_listen_and_its_children(tmp_path: Path) -> None:
    child = spawn("stubborn", ["/bin/sh", "-c", STUBBORN], log=tmp_path / "log", grace_seconds=0.3)
    process = psutil.Process(child.popen.pid)
    assert wait_until(lambda: bool(process.children()), timeout_seconds=5)
    family = [process, *process.children(recursive=True)]
    child.stop()
    psutil.wait_procs(family, timeout=5)
    assert not [one for one in family if one.is_running()]


def test_a_child_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from launcher.processes import spawn\n"
        "child = spawn('x', ['sleep', '60'], log=Path(sys.argv[1]) / 'log')\n"
        "print(child.popen.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    psutil.wait_procs([child], timeout=5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_what_a_program_prints_is_in_its_log(tmp_path: Path) -> None:
    child = spawn("echo", ["/bin/sh", "-c", "echo out; echo err >&2"], log=tmp_path / "log")
    child.popen.wait()
    assert (tmp_path / "log").read_text().split() == ["out", "err"]
    child.stop()


def test_waiting_ends_early_when_the_program_has_ended(tmp_path: Path) -> None:
    child = spawn("false", ["false"], log=tmp_path / "log", stop_signal=signal.SIGINT)
    # Longer than a test may run.
    assert not wait_until(lambda: False, timeout_seconds=10_000, child=child)
    child.stop()
