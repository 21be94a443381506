"""A fault of the machine is one clear line."""

import errno
from pathlib import Path

import pytest

from launcher.errors import LaunchFailed, check_disk, machine_fault, os_fault, tail


@pytest.mark.parametrize(
    ("printed", "line"),
    [
        ("FATAL: could not write: No space left on device", "the disk is full"),
        ("could not open file: Read-only file system", "read-only"),
        ("FATAL:  could not create shared memory segment", "memory"),
    ],
)
def test_what_servers_print_about_the_machine_becomes_one_line(printed: str, line: str) -> None:
    found = machine_fault(printed)
    assert found is not None
    assert line in found
    assert "\n" not in found


def test_anything_else_is_not_blamed_on_the_machine() -> None:
    assert machine_fault("FATAL: role does not exist") is None


@pytest.mark.parametrize(
    ("number", "line"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "cannot write /x"), (errno.EROFS, "/x")],
)
def test_errors_of_the_system_become_one_line(number: int, line: str) -> None:
    assert line in os_fault(OSError(number, "text", "/x"))


def test_a_disk_that_is_nearly_full_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LaunchFailed, match=r"the disk is too full: .* MB are free"):
        check_disk(tmp_path, needed_bytes=10**18)
    check_disk(tmp_path, needed_bytes=1)


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    assert tail(log) == "    (no log)"
    log.write_text("\n".join(str(number) for number in range(100)))
    assert tail(log, lines=2) == "    98\n    99"
