from typing import Any

from django.core.management.base import BaseCommand

from marketplace.products.services.rebuild_catalogue import rebuild_catalogue


class Command(BaseCommand):
    help = "Make the public catalogue anew from the products (safe while the shop is open)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        public = rebuild_catalogue(
            report=lambda done: self.stdout.write(f"  {done} products read", ending="\r")
        )
        self.stdout.write(f"{public} products are in the catalogue.        ")
