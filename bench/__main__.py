"""`make bench`: every measurement, one after the other, as tables and as JSON.

    python -m bench [--quick] [NAME …]

The JSON goes to `bench/results/`. The figures are of this machine, with everything on it; ratios
within one run are what to compare between machines.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from launcher.bootstrap import ROOT
from launcher.stack import Stack

RESULTS = ROOT / "bench" / "results"

MEASUREMENTS = {
    "ledger": "Posting journals, next to a script that inserts the same rows unchecked",
    "ledger_history": "The books with a million journals in them",
    "product_list": "The public product list",
    "dashboard": "What waits for a person, in a history of a million orders",
    "request": "Processor time of one signed-in request",
    "sign_in": "What knowing the caller costs",
    "relay": "Events from the outbox to a handler",
    "sales": "Whole sales over HTTP",
}
QUICK = {
    "ledger": ["--seconds", "3", "--rounds", "2"],
    "ledger_history": ["--journals", "50000", "--seconds", "3"],
    "product_list": ["--sizes", "10000", "--rounds", "50"],
    "dashboard": ["--sizes", "10000", "--rounds", "50"],
    "request": ["--count", "1000"],
    "sign_in": ["100"],
    "relay": ["--events", "2000"],
    "sales": ["--seconds", "6"],
}
NEEDS_DATABASE = {"dashboard", "request", "relay", "sign_in"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--quick", action="store_true", help="shorter, and less exact")
    options = parser.parse_args()
    if unknown := set(options.names) - set(MEASUREMENTS):
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": sys.version}
    (RESULTS / "machine.json").write_text(json.dumps(machine, indent=2) + "\n")
    failed = [name for name in options.names or MEASUREMENTS if not run(name, quick=options.quick)]
    print(f"\nThe figures are in {RESULTS.relative_to(ROOT)}/.")
    if failed:
        print(f"Not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(name: str, *, quick: bool) -> bool:
    title = MEASUREMENTS[name]
    print(f"\n{title}\n{'─' * len(title)}", flush=True)
    started = time.monotonic()
    command = [sys.executable, "-m", f"bench.{name}", "--json", str(RESULTS / f"{name}.json")]
    command += QUICK[name] if quick else []
    if name in NEEDS_DATABASE:
        with (
            tempfile.TemporaryDirectory(prefix="fairhold-bench-") as folder,
            Stack(data_dir=Path(folder), fresh=True, programs=()) as stack,
        ):
            done = subprocess.run(command, cwd=ROOT, env=stack.owner_env, check=False)
    else:
        done = subprocess.run(command, cwd=ROOT, check=False)
    print(f"({time.monotonic() - started:.0f} s)", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
