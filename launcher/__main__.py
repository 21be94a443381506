"""`python -m launcher run|reset|status|manage`: what the Makefile calls."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from launcher import environment
from launcher.bootstrap import ROOT
from launcher.console import Console, complain
from launcher.environment import callers_environment
from launcher.errors import LaunchFailed, os_fault
from launcher.preparation import MANAGE, run_all
from launcher.running import STATE, attach, running_instance
from launcher.stack import Stack
from launcher.supervisor import (
    StopRequested,
    Supervisor,
    ignore_stop_signals,
    stop_on_signals,
)

DEFAULT_PORT = 8000


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    data_dir = ROOT / callers_environment().get("FAIRHOLD_DATA_DIR", str(STATE))
    try:
        match options.command:
            case "run":
                return run(data_dir, _port(), demo=not options.no_demo)
            case "reset":
                return reset(data_dir)
            case "status":
                return status(data_dir)
            case _:
                return manage(data_dir, options.arguments, sandbox=options.sandbox)
    except LaunchFailed as failure:
        return complain(failure)
    except OSError as error:
        return complain(os_fault(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m launcher", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("run", help="start everything and stay until Ctrl-C")
    starting.add_argument("--no-demo", action="store_true", help="load no demo data")
    commands.add_parser("reset", help="delete the data of this checkout")
    commands.add_parser("status", help="say whether it runs, and where")
    managing = commands.add_parser(
        "manage", help="run a management command as the tables' owner, beside a running instance"
    )
    managing.add_argument("--sandbox", action="store_true", help="the sandbox provider must answer")
    managing.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def _port() -> int:
    given = callers_environment().get("PORT", str(DEFAULT_PORT))
    if not given.isdigit() or not 1 <= int(given) <= 65535:
        raise LaunchFailed(f"PORT must be a number from 1 to 65535, not {given!r}")
    return int(given)


def run(data_dir: Path, port: int, *, demo: bool) -> int:
    """Starts everything, says where to go, and stays until a stop signal."""
    console = Console()
    stack = Stack(data_dir=data_dir, port=port, report=console)
    is_up = False
    stop_on_signals()
    try:
        stack.start()
        if demo:
            _load_demo(stack, console)
        is_up = True
        _tell_where_to_go(stack)
        Supervisor(stack.services, console).run_forever()
    except StopRequested as reason:
        ignore_stop_signals()
        with contextlib.suppress(OSError):  # the terminal may be gone
            console.say(f"stopping ({reason})")
        return 0 if is_up else 128 + signal.Signals[str(reason)]
    finally:
        ignore_stop_signals()
        stack.stop()


def _load_demo(stack: Stack, console: Console) -> None:
    """Once for a data folder. A failure is told, and the platform runs without."""
    done = stack.data_dir / "demo-loaded"
    if done.exists():
        return
    command = {"demo-load": (sys.executable, "-m", "demo", "load")}
    try:
        with console.step("loading the demo marketplace"):
            run_all(command, {"demo-load": stack.env}, logs=stack.logs)
        done.touch()
    except LaunchFailed as failure:
        console.say(f"the demo marketplace is incomplete: {failure}")


def _tell_where_to_go(stack: Stack) -> None:
    base = stack.base_url
    places = {
        "Start here": f"{base}/",
        "API docs": f"{base}/api/v1/docs",
        "Admin": f"{base}/admin/",
        "Health": f"{base}/health/ready",
        "Sent mail": f"{base}/dev/outbox/",
        "Sandbox": f"{stack.sandbox_url}/",
        "Logs": f"{stack.logs}/",
    }
    print("\n  Fairhold is running. Ctrl-C stops it.\n")
    for name, place in places.items():
        print(f"    {name:<11} {place}")
    sign_ins = _demo_sign_ins(stack.data_dir)
    if sign_ins:
        print("\n  Demo sign-ins:\n")
        for role, email, password in sign_ins:
            print(f"    {role:<13} {email:<34} {password}")
    print(flush=True)


def _demo_sign_ins(data_dir: Path) -> list[tuple[str, str, str]]:
    """What `python -m demo load` left in demo.json: {"sign_ins": [{role, email, password}]}."""
    try:
        facts = json.loads((data_dir / "demo.json").read_text())
        return [(row["role"], row["email"], row["password"]) for row in facts["sign_ins"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def reset(data_dir: Path) -> int:
    """Deletes the data of this checkout, unless it is in use."""
    if not data_dir.exists():
        print("  nothing to delete")
        return 0
    stack = Stack(data_dir=data_dir)
    stack.clear()
    stack.stop()
    print(f"  the data in {data_dir} is deleted")
    return 0


def status(data_dir: Path) -> int:
    running = running_instance(data_dir)
    print(json.dumps(running, indent=2) if running else "not running")
    return 0 if running else 1


def manage(data_dir: Path, arguments: Sequence[str], *, sandbox: bool) -> int:
    """Runs a management command beside a running instance, or with databases of its own."""
    command = [*MANAGE, *arguments]
    beside = attach(data_dir)
    if beside is not None:
        return subprocess.run(
            command, cwd=ROOT, env=environment.owner_environment(beside), check=False
        ).returncode
    programs = ("sandbox",) if sandbox else ()
    stop_on_signals()
    try:
        with Stack(data_dir=data_dir, programs=programs) as stack:
            return subprocess.run(command, cwd=ROOT, env=stack.owner_env, check=False).returncode
    except StopRequested as reason:
        return 128 + signal.Signals[str(reason)]


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
