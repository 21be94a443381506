"""What can keep the platform from starting, each as one line that a person can act on."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path


class LaunchFailed(Exception):
    """The platform cannot start or go on. The message is the one line that is printed."""


# What servers and tools print when the machine is at fault. First match wins.
_MACHINE_FAULTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("no space left on device", "disk quota exceeded", "errno 28"),
        "the disk is full: free some space and start again",
    ),
    (
        ("read-only file system", "errno 30"),
        "the disk is mounted read-only: it must be writable",
    ),
    (
        ("could not create shared memory", "cannot allocate memory"),
        "there is not enough memory for PostgreSQL",
    ),
)


def machine_fault(text: str) -> str | None:
    """The one clear line for a fault of the machine named in `text`, or None."""
    lowered = text.lower()
    for needles, line in _MACHINE_FAULTS:
        if any(needle in lowered for needle in needles):
            return line
    return None


def os_fault(error: OSError) -> str:
    """One line for an error of the operating system."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "the disk is full: free some space and start again"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"cannot write {error.filename or 'the data folder'}: check who owns it"
    return str(error)


def check_disk(folder: Path, needed_bytes: int = 300_000_000) -> None:
    """Refuses to start on a disk that is about to fill up: half-written data helps nobody."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise LaunchFailed(
            f"the disk is too full: {free // 1_000_000} MB are free at {folder}, "
            f"{needed_bytes // 1_000_000} MB are needed"
        )


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log file, indented, for a person who has to see why."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return "    (no log)"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (empty log)"
