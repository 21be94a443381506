"""Data folders that were started in before, for tests of anything but the first start.

The first test that asks has one made, under a lock that every worker takes; the others copy it. It
stays for later runs until a migration or a package changes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher.account import forget_outside_folder, server_account, working_folder
from launcher.bootstrap import ROOT
from launcher.preparation import is_done, migration_digest
from launcher.running import STATE

# Variables of the machine that would make the launcher use something else than its own servers.
EXTERNAL = (
    "DATABASE_URL",
    "MIGRATION_DATABASE_URL",
    "SANDBOX_DATABASE_URL",
    "REDIS_URL",
    "RABBITMQ_URL",
    "SANDBOX_URL",
    "PUBLIC_URL",
    "DJANGO_SETTINGS_MODULE",
)
ORIGINAL = STATE / "test-settled"
CLUSTER = "postgres"
COPIED = ("keys.json", "migrated")
"""Beside the cluster. Not the ports: two copies may run at the same time."""


def clean_environment(**changes: str) -> dict[str, str]:
    base = {name: value for name, value in os.environ.items() if name not in EXTERNAL}
    return {**base, **changes}


def copy_settled(data_dir: Path) -> None:
    """Fills an empty folder as a start and a stop of the platform would."""
    STATE.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    with ORIGINAL.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_done(ORIGINAL / "settled", migration_digest()):
            _make()
    for name in COPIED:
        shutil.copy2(ORIGINAL / name, data_dir / name)
    # By `cp`, because the server's files keep their owner.
    command = ["cp", "-a", str(_cluster(ORIGINAL)), str(_cluster(data_dir))]
    subprocess.run(command, check=True, capture_output=True)


def _cluster(data_dir: Path) -> Path:
    return working_folder(data_dir, server_account()) / CLUSTER


def _make() -> None:
    if ORIGINAL.exists():
        forget_outside_folder(ORIGINAL)
        shutil.rmtree(ORIGINAL)
    subprocess.run(
        [sys.executable, "-m", "launcher", "manage", "--sandbox", "check"],
        cwd=ROOT,
        env=clean_environment(FAIRHOLD_DATA_DIR=str(ORIGINAL)),
        stdin=subprocess.DEVNULL,
        check=True,
        capture_output=True,
        timeout=600,
    )
    (ORIGINAL / "settled").write_text(migration_digest())
