"""Keys are made once and are nobody else's business."""

import json
import stat
from pathlib import Path

from launcher.keys import NAMES, load_keys


def test_keys_are_made_once(tmp_path: Path) -> None:
    first = load_keys(tmp_path)
    assert set(first) == set(NAMES)
    assert load_keys(tmp_path) == first
    assert len(set(first.values())) == len(NAMES)


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    load_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_a_key_that_a_newer_version_needs_is_added_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps({"secret_key": "kept"}))
    keys = load_keys(tmp_path)
    assert keys["secret_key"] == "kept"
    assert set(keys) == set(NAMES)
