"""`make lock`: pins every dependency with hashes, in files that name no registry.

`--check` compiles to a temporary place and compares, which needs no newer versions: what is locked
and still satisfies the `.in` files is kept.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from launcher.bootstrap import REQUIREMENTS, ROOT, UV_HOME

NAMES = ("uv", "base", "dev", "localstripe")
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host", re.IGNORECASE)
HEADER = "# Made by `make lock`. Do not edit.\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m launcher.lock", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a lock is out of date")
    parser.add_argument(
        "--check-addresses", action="store_true", help="fail only when a lock holds an address"
    )
    parser.add_argument("--upgrade", action="store_true", help="take the newest allowed versions")
    options = parser.parse_args()
    leaks = [problem for name in NAMES for problem in addresses_in(REQUIREMENTS / f"{name}.txt")]
    if leaks and (options.check or options.check_addresses):
        print("\n".join(leaks), file=sys.stderr)
        return 1
    if options.check_addresses:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            compiled = compile_lock(name, Path(folder), upgrade=options.upgrade)
            current = REQUIREMENTS / f"{name}.txt"
            if options.check and compiled.read_text() != current.read_text():
                print(
                    f"{current.relative_to(ROOT)} is out of date: run `make lock`", file=sys.stderr
                )
                return 1
            if not options.check:
                shutil.copyfile(compiled, current)
                print(f"  lock     {current.relative_to(ROOT)}")
    return 0


def compile_lock(name: str, folder: Path, *, upgrade: bool) -> Path:
    """One lock file in `folder`, starting from the versions that are locked now."""
    target = folder / f"{name}.txt"
    current = REQUIREMENTS / f"{name}.txt"
    if current.exists() and not upgrade:
        shutil.copyfile(current, target)
    # Settings of the machine must not reach the lock.
    env = {key: value for key, value in os.environ.items() if key != "PIP_FIND_LINKS"}
    env["UV_NO_CONFIG"] = "1"
    command = [
        *(str(UV_HOME / "bin" / "uv"), "pip", "compile", "-q", f"requirements/{name}.in"),
        *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"),
        *("--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "-o", str(target)),
    ]
    if name == "dev":  # what runs in production is what was tested
        command += ["-c", str(folder / "base.txt")]
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    body = target.read_text().removeprefix(HEADER)
    target.write_text(HEADER + body)
    return target


def addresses_in(lock: Path) -> list[str]:
    return [
        f"{lock.name}:{number}: holds an address: {line.strip()}"
        for number, line in enumerate(lock.read_text().splitlines(), start=1)
        if ADDRESS.search(line)
    ]


if __name__ == "__main__":
    sys.exit(main())
