"""`migrate`, which refuses a database that stopped between migrations that were folded since."""

from typing import Any

from django.core.management.commands import migrate

from marketplace.core.migration_safety import refuse_gaps


class Command(migrate.Command):
    """Asks before Django builds the graph: of a gap Django makes conflicts or missing models."""

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_gaps(using=options["database"])
        super().handle(*args, **options)
