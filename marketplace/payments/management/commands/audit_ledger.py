"""Audit the books: `make audit`."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from marketplace.core.actor import Actor
from marketplace.payments.ledger import checks  # noqa: F401 (imported for what it registers)
from marketplace.payments.ledger.audit import AuditReport, run_audit
from marketplace.payments.services import freeze_payouts

AUDIT = Actor.system("audit_ledger")
MOST_SENTENCES = 20


class Command(BaseCommand):
    help = (
        "Reads the whole ledger at one moment and checks it, with every check that other modules "
        "have registered. On a difference it exits with 1, and freezes payouts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument("--show", type=int, default=10, help="differences shown per check")
        parser.add_argument("--only", default="", help="run the checks whose name contains this")

    def handle(self, *_args: Any, **options: Any) -> None:
        report = run_audit(show=options["show"], only=options["only"])
        if options["json"]:
            self.stdout.write(json.dumps(_document(report), indent=2))
        else:
            self._print(report)
        if report.grave:
            self._freeze(report)
        if not report.is_clean:
            sys.exit(1)

    def _freeze(self, report: AuditReport) -> None:
        found = [sentence for result in report.grave for sentence in result.first]
        freeze_payouts(actor=AUDIT, cause="audit", detail=". ".join(found[:MOST_SENTENCES]) + ".")
        self.stderr.write("Payouts are frozen until an operator lifts the freeze in the admin.")

    def _print(self, report: AuditReport) -> None:
        width = max([len(result.name) for result in report.results], default=10)
        self.stdout.write(f"{'check':{width}}  {'examined':>12}  {'differences':>11}  {'ms':>8}")
        for result in report.results:
            self.stdout.write(
                f"{result.name:{width}}  {result.examined:12,}  {result.differences:11,}"
                f"  {result.seconds * 1000:8,.0f}  {result.note}".rstrip()
            )
        for result in report.results:
            if result.differences:
                self.stdout.write(f"\n{result.name}:")
            for sentence in result.first:
                self.stdout.write(f"  - {sentence}")
            if result.differences > len(result.first):
                self.stdout.write(f"  … and {result.differences - len(result.first):,} more")
        self.stdout.write(
            "\nThe books are right."
            if report.is_clean
            else f"\n{report.differences:,} differences."
        )


def _document(report: AuditReport) -> dict[str, Any]:
    return {
        "clean": report.is_clean,
        "differences": report.differences,
        "checks": [asdict(result) for result in report.results],
    }
