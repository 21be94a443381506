from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from marketplace.orders.repositories import HistoryRepository


class Command(BaseCommand):
    help = "Write the order history again from the orders, or check that it equals them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing, only compare.")

    def handle(self, *_args: Any, **options: Any) -> None:
        history = HistoryRepository()
        if not options["check"]:
            with transaction.atomic():
                count = history.rebuild()
            self.stdout.write(f"{count} rows written.")
        if differing := history.differences():
            names = ", ".join(str(order_id) for order_id in differing)
            raise CommandError(f"The history differs from the orders: {names}")
        self.stdout.write("The history equals the orders.")
