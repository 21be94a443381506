"""What other commands may know about an instance that runs in this checkout."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

from launcher.bootstrap import ROOT
from launcher.environment import Addresses
from launcher.keys import load_keys
from launcher.ports import HOST
from launcher.postgres import APP, DATABASE, OWNER, SANDBOX, SANDBOX_DATABASE, address

STATE = ROOT / ".fairhold"
RUNNING = "running.json"


def running_instance(data_dir: Path = STATE) -> dict[str, Any] | None:
    """Process id and addresses of the instance that holds `data_dir`, or None."""
    try:
        with (data_dir / "running.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None  # nobody holds it: what the file says is left over from a crash
    except BlockingIOError:
        pass
    except OSError:
        return None
    try:
        facts: dict[str, Any] = json.loads((data_dir / RUNNING).read_text())
    except (OSError, ValueError):
        return None
    return facts


def attach(data_dir: Path = STATE) -> Addresses | None:
    """The addresses of a running embedded instance, for commands that work beside it."""
    facts = running_instance(data_dir)
    if facts is None or facts["postgres_port"] is None or facts["valkey_port"] is None:
        return None
    keys, port = load_keys(data_dir), facts["postgres_port"]
    return Addresses(
        public_url=facts["base_url"],
        sandbox_url=facts["sandbox_url"],
        app_database_url=address(keys, port, APP, DATABASE),
        owner_database_url=address(keys, port, OWNER, DATABASE),
        sandbox_database_url=address(keys, port, SANDBOX, SANDBOX_DATABASE),
        redis_url=f"redis://:{keys['valkey_password']}@{HOST}:{facts['valkey_port']}/0",
        data_dir=data_dir,
        keys=keys,
    )
