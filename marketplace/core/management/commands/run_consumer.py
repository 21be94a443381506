"""Reactions to events, from RabbitMQ."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.core.background import consumer_loops
from marketplace.core.events.registry import consuming_services
from marketplace.core.management.signals import stop_on_signals
from marketplace.core.worker import Worker


class Command(BaseCommand):
    help = "Handles the events in a service's queue, until SIGTERM or SIGINT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--service", action="append", default=[], help="may be repeated; without it: all"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.RABBITMQ_URL:
            raise CommandError(
                "RABBITMQ_URL is not set: run_worker then calls the handlers itself."
            )
        known = consuming_services()
        if unknown := set(options["service"]) - known:
            raise CommandError(
                f"{', '.join(sorted(unknown))}: reacts to no event. Services that do: "
                f"{', '.join(sorted(known)) or 'none'}."
            )
        worker = Worker(consumer_loops(options["service"] or sorted(known)))
        stop_on_signals(worker.stop)
        sys.exit(0 if worker.run() else 1)
