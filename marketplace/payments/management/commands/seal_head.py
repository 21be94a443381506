"""Export the head of the chain of seals, or hold an exported one against the chain."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.payments.models import Seal
from marketplace.payments.queries.get_seal_head import get_seal_head
from marketplace.payments.seals.headers import document


class Command(BaseCommand):
    help = (
        "Prints the newest seal as JSON: keep it where nobody who runs the database can change "
        "it. With --check, says whether the seals of such files are still in the chain; exits "
        "with 1 when one is not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", nargs="+", metavar="FILE", help="heads that were kept")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["check"]:
            self._check(options["check"])
        else:
            self.stdout.write(json.dumps(get_seal_head(), indent=2))

    def _check(self, files: list[str]) -> None:
        is_clean = True
        for name in files:
            kept = self._read(name)
            number = kept["number"]
            seal = Seal.objects.filter(number=number).first()
            if seal is None:
                self.stdout.write(f"{name}: seal {number} is gone")
                is_clean = False
            elif document(seal) != kept:
                self.stdout.write(f"{name}: seal {number} is not the one that was kept")
                is_clean = False
            else:
                self.stdout.write(f"{name}: seal {number} is in the chain")
        if not is_clean:
            sys.exit(1)

    def _read(self, name: str) -> dict[str, Any]:
        try:
            head = json.loads(Path(name).read_text(encoding="utf-8"))
            kept: dict[str, Any] = head["seal"]
            int(kept["number"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{name} is no exported head: {error}") from error
        return kept
