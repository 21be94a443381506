"""Test runs bring their own PostgreSQL, share it with nobody, and leave none behind."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from launcher.bootstrap import ROOT
from launcher.processes import wait_until
from launcher.tests.settled import clean_environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PROBE = """
import os, pathlib, time
def test_probe():
    here = pathlib.Path(__file__).parent
    (here / f"{os.getpid()}.seen").write_text(os.environ["DATABASE_URL"])
    deadline = time.monotonic() + 60
    while len(list(here.glob("*.seen"))) < RUNS and time.monotonic() < deadline:
        time.sleep(0.05)
"""


def start(folder: Path, runs: int) -> subprocess.Popen[str]:
    """A test run in this checkout that ends when `runs` of them have been seen."""
    probe = folder / "test_probe.py"
    probe.write_text(PROBE.replace("RUNS", str(runs)))
    env = clean_environment()
    for name in [name for name in env if name.startswith("PYTEST_")]:
        del env[name]
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
    return subprocess.Popen(
        [*command, "--rootdir", str(folder), "-n", "0", "-q", str(probe)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # A shell starts background jobs with SIGINT ignored, and children inherit that.
        preexec_fn=hear_interrupts,
    )


def hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def addresses(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.glob("*.seen")]


def test_two_runs_in_one_checkout_have_a_server_each(tmp_path: Path) -> None:
    runs = [start(tmp_path, 2), start(tmp_path, 2)]
    outputs = [run.communicate(timeout=150)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    assert len(set(addresses(tmp_path))) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_no_server(tmp_path: Path, number: signal.Signals) -> None:
    run = start(tmp_path, 2)
    assert wait_until(lambda: bool(addresses(tmp_path)), timeout_seconds=90)
    family = psutil.Process(run.pid).children(recursive=True)
    assert [one for one in family if one.name() == "postgres"]
    run.send_signal(number)
    run.communicate(timeout=60)
    psutil.wait_procs(family, timeout=15)
    assert not [one for one in family if one.is_running()]
