"""What is stored of people, as the table of ``docs/privacy.md``."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from marketplace.core.privacy.page import BEGIN, END, render


class Command(BaseCommand):
    help = "Prints the table of what is stored of people; --write puts it into docs/privacy.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["write"]:
            self.stdout.write(render())
            return
        page = Path(settings.ROOT) / "docs" / "privacy.md"
        before, _, rest = page.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        page.write_text(f"{before}{BEGIN}\n\n{render()}\n\n{END}{after}")
        self.stdout.write(f"wrote {page.name}")
