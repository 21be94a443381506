"""Data folders and launched platforms that leave nothing behind, whatever a test does."""

from __future__ import annotations

import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from launcher.account import forget_outside_folder
from launcher.bootstrap import ROOT
from launcher.processes import wait_until
from launcher.tests.settled import clean_environment, copy_settled

START_TIMEOUT_SECONDS = 220


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A fresh data folder. Root's temporary folders are closed to others, as some checkouts are."""
    folder = tmp_path / "data"
    folder.mkdir()
    yield folder
    forget_outside_folder(folder)


@pytest.fixture
def settled_data_dir(data_dir: Path) -> Path:
    """One that was started in before: what is tried is not the first start."""
    copy_settled(data_dir)
    return data_dir


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can enter."""
    folder = Path(tempfile.mkdtemp(prefix="fairhold-test-"))
    folder.chmod(0o755)
    yield folder
    forget_outside_folder(folder)
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Launched:
    """`python -m launcher …` as a process of its own, and everything it printed."""

    process: subprocess.Popen[str]
    output: Path
    family: list[psutil.Process] = field(default_factory=list)

    def text(self) -> str:
        return self.output.read_text()

    def wait_until_running(self, timeout_seconds: float = START_TIMEOUT_SECONDS) -> None:
        def is_settled() -> bool:
            return "Fairhold is running" in self.text() or self.process.poll() is not None

        wait_until(is_settled, timeout_seconds=timeout_seconds)
        assert self.process.poll() is None, self.text()
        assert "Fairhold is running" in self.text()
        time.sleep(0.2)
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals) -> int:
        if not self.family:
            self.family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        return self.process.wait(60)

    def survivors(self) -> list[psutil.Process]:
        """Processes of the platform that are left, after a moment to die in."""
        psutil.wait_procs(self.family, timeout=10)
        return [process for process in self.family if process.is_running()]


Launch = Callable[..., Launched]


@pytest.fixture
def launch(tmp_path: Path, data_dir: Path) -> Iterator[Launch]:
    """Starts the launcher with a data folder; ends whatever the test left running.

    Asks for `data_dir` so that this ends first: the data is deleted when nothing uses it any more.
    """
    started: list[Launched] = []

    def start(
        data_dir: Path, *arguments: str, prefix: tuple[str, ...] = (), **env: str
    ) -> Launched:
        output = tmp_path / f"output-{len(started)}"
        arguments = arguments or ("run", "--no-demo")
        with output.open("w") as file:
            process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "launcher", *arguments],
                cwd=ROOT,
                env=clean_environment(FAIRHOLD_DATA_DIR=str(data_dir), **env),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        launched = Launched(process, output)
        started.append(launched)
        return launched

    yield start
    for launched in started:
        if launched.process.poll() is None:
            launched.end(signal.SIGTERM)
        for process in launched.survivors():
            process.kill()


@pytest.fixture
def nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")
