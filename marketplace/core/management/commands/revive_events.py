"""Dead events get their attempts again."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from marketplace.core.events.relay import revive_dead


class Command(BaseCommand):
    help = "Tries dead events again, after the fault that killed them was repaired."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event_id", nargs="*", type=UUID, help="without one: every dead event")

    def handle(self, *_args: Any, **options: Any) -> None:
        revived = revive_dead(event_ids=options["event_id"] or None)
        self.stdout.write(f"{revived} events will be tried again")
