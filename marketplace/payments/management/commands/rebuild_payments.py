"""``manage.py rebuild_payments``: make the projections what the events say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.payments.projections import (
    check_projections,
    rebuild_projections,
)

SHOWN = 20


class Command(BaseCommand):
    help = "Rebuild payment, payout and statement rows from their events; --check only compares."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare and change nothing")

    def handle(self, *_: Any, **options: Any) -> None:
        result = check_projections() if options["check"] else rebuild_projections()
        for difference in result.differences[:SHOWN]:
            self.stdout.write(f"  {difference}")
        self.stdout.write(
            f"{result.streams} streams, {result.events} events, "
            f"{len(result.differences)} differences, {result.written} rows written"
        )
        if options["check"] and result.differences:
            raise CommandError("the projections are not what the events say")
