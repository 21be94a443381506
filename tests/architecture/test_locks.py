"""The lock files: every package by hash, and nothing that ties them to one registry."""

import re
from pathlib import Path

import pytest

from launcher.lock import NAMES, addresses_in

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_holds_no_address(name: str) -> None:
    assert addresses_in(REQUIREMENTS / f"{name}.txt") == []


@pytest.mark.parametrize(
    "line", ["--index-url https://x/simple", "a @ http://x/a.whl", "--find-links /x"]
)
def test_an_address_in_a_lock_would_be_found(line: str, tmp_path: Path) -> None:
    lock = tmp_path / "probe.txt"
    lock.write_text(f"# a comment\n{line}\n")
    assert addresses_in(lock) == [f"probe.txt:2: holds an address: {line}"]


@pytest.mark.parametrize("name", NAMES)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text().replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert packages
    loose = [line for line in packages if not re.match(r"\S+==\S+ .*--hash=sha256:", line)]
    assert not loose


def test_what_is_tested_is_what_runs() -> None:
    """The development set holds every runtime package in the same version."""

    assert pins("base") <= pins("dev")


def pins(name: str) -> set[str]:
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    return set(re.findall(r"^\S+==\S+", text, re.MULTILINE))
