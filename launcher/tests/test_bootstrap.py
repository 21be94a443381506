"""Set-up says clearly why it cannot go on, and does nothing when nothing is to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import bootstrap
from launcher.bootstrap import ROOT, SetupFailed, diagnose


@pytest.mark.parametrize(
    ("printed", "line"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("error: failed to write: No space left on device (os error 28)", "the disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE", "locked hash"),
        ("Because x has no wheels with a matching Python ABI tag", "ready-made wheel"),
        ("Building source distributions is disabled", "compiler"),
        ("Temporary failure in name resolution", "check the network"),
        ("error sending request for url: dns error", "check the network"),
        ("mkdir: Permission denied", "cannot be written"),
    ],
)
def test_what_an_installer_prints_becomes_one_clear_line(printed: str, line: str) -> None:
    found = diagnose(printed)
    assert found is not None
    assert line in found
    assert "\n" not in found


def test_an_unknown_failure_points_to_the_log() -> None:
    assert diagnose("something else") is None


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose environment is complete."""
    for name in ("base", "dev"):
        (tmp_path / f"{name}.txt").write_text(f"# {name}")
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(bootstrap, "REQUIREMENTS", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "PYTHON", venv / "bin" / "python")
    for name in ("base", "dev"):
        bootstrap.stamp_file(name).write_text(bootstrap.stamp(name))
    return tmp_path


def test_nothing_is_done_when_the_lock_has_not_changed(installed: Path) -> None:
    assert bootstrap.is_ready("base")
    assert bootstrap.is_ready("dev")


def test_a_changed_lock_is_installed_again(installed: Path) -> None:
    (installed / "dev.txt").write_text("# newer")
    assert bootstrap.is_ready("base")
    assert not bootstrap.is_ready("dev")


def test_an_environment_that_was_moved_is_made_again(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = installed / "elsewhere"
    (installed / "venv").rename(moved)
    monkeypatch.setattr(bootstrap, "VENV", moved)
    assert not bootstrap.is_ready("base")


def test_an_environment_whose_python_is_gone_is_made_again(installed: Path) -> None:
    (installed / "venv" / "bin" / "python").unlink()
    (installed / "venv" / "bin" / "python").symlink_to("/no/such/python")
    assert not bootstrap.is_ready("base")
    assert not bootstrap.venv_works()


def test_a_python_without_venv_names_the_package_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "venv")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    with pytest.raises(SetupFailed, match=f"apt-get install python{version}-venv"):
        bootstrap.create_venv()


def test_a_nearly_full_disk_is_refused_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bootstrap, "DISK_NEEDED_BYTES", 10**18)
    with pytest.raises(SetupFailed, match="the disk is too full"):
        bootstrap._check_disk()


def find_python(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(ROOT / "launcher" / "find_python.sh")],
        env={"PATH": str(folder), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def make_program(folder: Path, name: str, body: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


def test_a_machine_without_python_is_told_in_one_line(tmp_path: Path) -> None:
    done = find_python(tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Python 3.11 or newer is needed" in done.stderr


def test_a_python_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    make_program(tmp_path, "python3", "exit 1")
    make_program(tmp_path, "python3.12", "exit 0")
    assert find_python(tmp_path).stdout == "python3.12\n"


def test_the_python_that_was_asked_for_comes_first(tmp_path: Path) -> None:
    make_program(tmp_path, "python3", "exit 0")
    make_program(tmp_path, "mine", "exit 0")
    assert find_python(tmp_path, PYTHON="mine").stdout == "mine\n"


def test_set_up_needs_nothing_but_the_standard_library() -> None:
    """Run in isolation, where no installed package can be imported."""
    probe = "import runpy; runpy.run_path('launcher/bootstrap.py', run_name='probe')"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", probe],
        cwd=ROOT,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
