"""Every mistake that docs/assurance.md lists has a test that names it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTED = re.compile(r"^(\d+)\. ", re.MULTILINE)
NAMED = re.compile(r"[Mm]istakes?[ _](\d+)(?: and (\d+))?")


def test_every_mistake_seen_elsewhere_has_a_test_that_names_it() -> None:
    listed = set(LISTED.findall((ROOT / "docs" / "assurance.md").read_text()))
    named = {
        number
        for folder in ("marketplace", "tests")
        for file in (ROOT / folder).rglob("test_*.py")
        for found in NAMED.findall(file.read_text())
        for number in found
    }
    assert len(listed) == 17
    assert listed - named == set()
