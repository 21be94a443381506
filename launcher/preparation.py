"""What must be done before the programs start: migrations, grants, static files.

Each is skipped when nothing it depends on has changed since it last succeeded, because every Django
command costs seconds to start. With a database that is not ours nothing is skipped.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from launcher.bootstrap import ROOT, lock_file
from launcher.console import Reporter
from launcher.errors import LaunchFailed, machine_fault, tail

STATIC = ROOT / "staticfiles"
TITLES = {"migrate": "migrating the databases", "collectstatic": "collecting static files"}
MANAGE = (sys.executable, str(ROOT / "manage.py"))


def migration_digest() -> str:
    """Changes when a migration, an installed package or the granting command changes."""
    files = [
        *ROOT.glob("marketplace/**/migrations/**/*.py"),
        *ROOT.glob("marketplace/**/commands/grant_app_role.py"),
        *ROOT.glob("marketplace/config/settings/*.py"),
        *ROOT.glob("sandbox/**/migrations/*.py"),
        *ROOT.glob("marketplace/**/*.sql"),
    ]
    return _digest([*files, lock_file("base")])


def static_digest() -> str:
    """Changes when a static file or an installed package changes."""
    files = [path for path in ROOT.glob("marketplace/**/static/**/*") if path.is_file()]
    return _digest([*files, lock_file("base"), *ROOT.glob("marketplace/config/settings/*.py")])


def _digest(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(set(files)):
        if ".venv" not in path.parts:
            total.update(f"{path}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def prepare(
    *,
    data_dir: Path,
    own_database: bool,
    sandbox: bool,
    owner_env: Mapping[str, str],
    sandbox_env: Mapping[str, str],
    report: Reporter,
) -> None:
    """Brings databases and static files to where the code is."""
    migrated, collected = data_dir / "migrated", STATIC.with_name(".fairhold") / "static"
    migrations, static = f"{migration_digest()} {sandbox}", static_digest()
    commands: dict[str, Sequence[str]] = {}
    if not (own_database and is_done(migrated, migrations)):
        commands["migrate"] = (sys.executable, "-m", "launcher.migrate")
        if sandbox:
            commands["sandbox-migrate"] = (sys.executable, "-m", "sandbox", "migrate")
    if not (STATIC.exists() and is_done(collected, static)):
        commands["collectstatic"] = (*MANAGE, "collectstatic", "--no-input")
    if commands:
        envs = dict.fromkeys(commands, owner_env) | {"sandbox-migrate": sandbox_env}
        titles = [TITLES[name] for name in commands if name in TITLES]
        with report.step(", ".join(titles)):
            run_all(commands, envs, logs=data_dir / "logs")
    if "collectstatic" in commands:
        collected.write_text(static)
    migrated.write_text(migrations)


def is_done(stamp: Path, digest: str) -> bool:
    try:
        return stamp.read_text() == digest
    except OSError:
        return False


def run_all(
    commands: Mapping[str, Sequence[str]], envs: Mapping[str, Mapping[str, str]], *, logs: Path
) -> None:
    """Runs commands side by side, each with its log; the first that fails ends the start."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            with (logs / f"{name}.log").open("wb") as output:
                running[name] = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=dict(envs[name]),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    process_group=0,
                )
        for name, popen in running.items():
            if popen.wait() != 0:
                log = logs / f"{name}.log"
                end = tail(log)
                raise LaunchFailed(machine_fault(end) or f"{name} failed; the end of {log}:\n{end}")
    finally:
        for popen in running.values():
            if popen.poll() is None:
                popen.kill()
            popen.wait()
