from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from marketplace.orders.repositories.sales import all_sales
from marketplace.users.queries import list_differing_sales, list_differing_sellers
from marketplace.users.services import follow_sale, forget_sales


class Command(BaseCommand):
    help = "Count every seller's sales again from the orders, or check that the counts equal them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing, only compare.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["check"]:
            count = 0
            # One transaction: readers see the old counts until the new ones are complete.
            with transaction.atomic():
                forget_sales()
                for portion in all_sales():
                    count += sum(follow_sale(sale=sale) for sale in portion)
            self.stdout.write(f"{count} sales counted.")
        differing = [
            order_id for portion in all_sales() for order_id in list_differing_sales(sales=portion)
        ]
        if differing:
            names = ", ".join(str(order_id) for order_id in differing[:20])
            raise CommandError(f"The counts differ from the orders: {names}")
        if sellers := list_differing_sellers():
            names = ", ".join(str(seller_id) for seller_id in sellers[:20])
            raise CommandError(f"The sums of these sellers differ from their sales: {names}")
        self.stdout.write("The counts equal the orders.")
