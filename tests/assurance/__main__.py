"""`make assurance`: every promise of the money core in its long form, with its figures.

    python -m tests.assurance [--only TEXT] [--short] [--jobs N]

Each promise is a test that can fail; what it measured is printed as it ends and kept in
`bench/results/assurance.json`. Then each protection is taken out in turn, and must be missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.assurance.mutations import MUTATIONS, ROOT, is_noticed, passes_unchanged

RESULTS = ROOT / "bench" / "results" / "assurance.json"
EVENTS = "marketplace/core/tests/events"
LONGEST_TEST_SECONDS = 7200


@dataclass(frozen=True, slots=True)
class Promise:
    """``long`` is what the tests read to run longer than `make test` lets them."""

    name: str
    tests: tuple[str, ...]
    long: Mapping[str, str] = field(default_factory=dict)


PROMISES = (
    Promise("one key, a hundred times at once: one effect", ("marketplace/core/tests/api",)),
    Promise(
        "the bank: constant totals, no deadlock, the end as in a serial model",
        ("marketplace/payments/ledger/tests/test_concurrency.py",),
        {"FAIRHOLD_BANK_CLIENTS": "64", "FAIRHOLD_BANK_TRANSFERS": "100"},
    ),
    Promise(
        "the database refuses a hostile writer",
        ("marketplace/payments/ledger/tests/test_hostile_writer.py",),
    ),
    Promise(
        "encrypted fields: rotated under load, and never opened out of place",
        ("marketplace/payments/tests/test_field_keys.py",),
        {"FAIRHOLD_SEALED_ROWS": "300"},
    ),
    Promise(
        "a person who was erased is nowhere, and the books are unchanged",
        ("tests/privacy", "tests/assurance/test_erasure.py"),
    ),
    Promise("canaries in requests: none is kept", ("tests/assurance/test_canaries.py",)),
    Promise("what the runtime role may not do", ("tests/assurance/test_runtime_role.py",)),
    Promise("two at the same moment", ("marketplace", "-k", "at_once or same_time or two_at")),
    Promise("events shuffled and tripled, over both roads", (EVENTS,)),
    Promise(
        "a seller's sums: events shuffled and tripled",
        ("marketplace/users/tests/services/test_follow_sale.py",),
        {"FAIRHOLD_SALE_EVENTS": "10000"},
    ),
    Promise(
        "webhooks: signed, late, doubled, in any order",
        ("marketplace/payments/tests", "-k", "webhook or stale or contradict"),
    ),
    Promise(
        "sign-in: no forged token, no doubled code, no guess too many, no breached password",
        (
            "marketplace/users/tests/api/test_access_token.py",
            "marketplace/users/tests/api/test_refresh.py",
            "marketplace/users/tests/api/test_limits_in_parallel.py",
            "marketplace/users/tests/api/test_codes.py",
            "marketplace/users/tests/services/test_confirm_totp.py",
            "marketplace/users/tests/test_passwords.py",
        ),
    ),
    Promise(
        "nobody learns who has an account: not by the work, not by the time",
        ("tests/sign_in/test_same_work.py", "tests/assurance/test_enumeration.py"),
        {"FAIRHOLD_ENUMERATION_TRIES": "500"},
    ),
    Promise(
        "money leaves with the approval of just that amount and payee",
        (
            "marketplace/users/tests/services/test_use_step_up.py",
            "marketplace/payments/tests/api/test_step_up_for_money.py",
        ),
    ),
    Promise("every route and page by role: nothing that is not theirs", ("tests/access",)),
    Promise(
        "what staff did: a hundred tamperings, each found",
        ("marketplace/core/tests/audit",),
    ),
    Promise(
        "nobody gets into an account through a provider",
        ("tests/assurance/test_social_takeover.py",),
    ),
    Promise(
        "hostile files: none served, memory bounded", ("tests/assurance/test_hostile_files.py",)
    ),
    Promise(
        "every movement of money against an independent auditor",
        ("tests/properties/test_money_machine.py",),
        {"FAIRHOLD_MONEY_STEPS": "10000"},
    ),
    Promise(
        "random sales against a model, the books checked after every step",
        ("tests/properties/test_sale_machine.py",),
        {"FAIRHOLD_PROPERTY_STEPS": "10000"},
    ),
    Promise(
        "the whole API against its document: examples, boundaries, generated input",
        ("tests/api/test_schema_conformance.py",),
        {"FAIRHOLD_SCHEMA_EXAMPLES": "100"},
    ),
    Promise(
        "bad input for each route: a clear refusal, and nothing changed",
        ("tests/api/test_bad_input.py",),
    ),
    Promise(
        "kill -9 of web, worker, PostgreSQL and provider: nothing lost, nothing doubled",
        ("tests/assurance/test_kill.py",),
        {"FAIRHOLD_KILL_SECONDS": "180"},
    ),
)


@dataclass(slots=True)
class Outcome:
    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    figures: list[dict[str, Any]]

    @property
    def is_kept(self) -> bool:
        return self.failed == 0 and self.passed > 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.assurance", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="promises that contain the text")
    parser.add_argument("--short", action="store_true", help="as long as in `make test`")
    parser.add_argument("--jobs", type=int, default=1, help="promises tried at the same time")
    options = parser.parse_args()
    chosen = [promise for promise in PROMISES if options.only in promise.name]
    with ThreadPoolExecutor(options.jobs) as pool:
        kept = pool.map(partial(keep, is_short=options.short), chosen)
        outcomes = [show(outcome) for outcome in kept]
    unnoticed = [] if options.only else check_the_checker()
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "promises": [vars_of(outcome) for outcome in outcomes],
        "mutations": {m.name: m.name not in unnoticed for m in MUTATIONS if not options.only},
    }
    RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    broken = [outcome.name for outcome in outcomes if not outcome.is_kept] + unnoticed
    print(f"\n{len(outcomes)} promises, {len(broken)} broken. {RESULTS.relative_to(ROOT)}")
    return 1 if broken else 0


def keep(promise: Promise, *, is_short: bool) -> Outcome:
    """Run the promise's tests and gather their counts and figures."""
    print(f"  …    {promise.name}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fairhold-assurance-") as folder:
        figures, counts = Path(folder, "figures"), Path(folder, "counts.xml")
        figures.touch()
        environment = {
            **os.environ,
            **({} if is_short else promise.long),
            "FAIRHOLD_FIGURES": str(figures),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", f"--junitxml={counts}"]
        done = subprocess.run(
            [*command, "-o", f"timeout={LONGEST_TEST_SECONDS}", *promise.tests],
            cwd=ROOT,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            print(f"{done.stdout[-4000:]}\n{done.stderr[-1000:]}", flush=True)
        return Outcome(
            promise.name,
            *read_counts(counts),
            round(time.monotonic() - started, 1),
            [json.loads(line) for line in figures.read_text().splitlines()],
        )


def read_counts(report: Path) -> tuple[int, int, int]:
    """Passed, failed, skipped; a run that never came to its report has failed."""
    if not report.exists():
        return 0, 1, 0
    suite = ET.parse(report).getroot().find("testsuite")
    if suite is None:
        return 0, 1, 0
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    skipped = int(suite.get("skipped", 0))
    return int(suite.get("tests", 0)) - failed - skipped, failed, skipped


def show(outcome: Outcome) -> Outcome:
    word = "kept" if outcome.is_kept else "BROKEN"
    print(
        f"  {word} {outcome.name}: {outcome.passed} passed, {outcome.failed} failed,"
        f" {outcome.skipped} skipped ({outcome.seconds} s)",
        flush=True,
    )
    for figures in outcome.figures:
        print(f"      {json.dumps(figures)}", flush=True)
    return outcome


def check_the_checker() -> list[str]:
    """Take each protection out in turn; returns those whose loss no test noticed."""
    print("\n  Without this, a test must fail:")
    unnoticed = []
    for mutation in MUTATIONS:
        print(f"    {mutation.name} …", end="", flush=True)
        is_red = is_noticed(mutation) and passes_unchanged(mutation.tests)
        print(" noticed" if is_red else " NOT NOTICED", flush=True)
        if not is_red:
            unnoticed.append(mutation.name)
    return unnoticed


def vars_of(outcome: Outcome) -> dict[str, Any]:
    return {name: getattr(outcome, name) for name in Outcome.__slots__}


if __name__ == "__main__":
    sys.exit(main())
