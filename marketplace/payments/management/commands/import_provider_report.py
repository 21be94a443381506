"""Import a provider's balance report: from its API, or from a file."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.core.actor import Actor
from marketplace.core.errors import DomainError
from marketplace.payments import services
from marketplace.payments.providers.protocol import ProviderError
from marketplace.payments.reports import FORMATS
from marketplace.users.queries import get_operator


class Command(BaseCommand):
    help = (
        "Reads a provider's balance report to its end, or imports --file: all of it or nothing. "
        "Then compares it with the books. Running it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider")
        parser.add_argument("--file", type=Path, help="instead of the API; - reads standard input")
        parser.add_argument("--format", choices=sorted(FORMATS), default="generic")
        parser.add_argument("--operator", default="", help="e-mail of whoever imports a file")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["file"]:
                self._import_file(options)
            else:
                new = services.import_report(provider=options["provider"])
                self.stdout.write(f"{new:,} new lines")
            services.match_report(provider=options["provider"])
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        except ProviderError as error:
            raise CommandError(f"{options['provider']} did not answer: {error}") from error

    def _import_file(self, options: dict[str, Any]) -> None:
        if not options["operator"]:
            raise CommandError("Say who imports the file: --operator EMAIL.")
        user = get_operator(email=options["operator"])
        path: Path = options["file"]
        arguments = {
            "provider": options["provider"],
            "file_format": options["format"],
            "name": path.name,
            "actor": Actor.user(user.id, *user.roles),
        }
        if str(path) == "-":
            done = services.import_report_file(file=sys.stdin.buffer, **arguments)
        else:
            with path.open("rb") as file:
                done = services.import_report_file(file=file, **arguments)
        self.stdout.write(f"{done.new:,} new lines, {done.known:,} known before")
