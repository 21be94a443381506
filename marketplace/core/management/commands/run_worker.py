"""Everything that works in the background, in one process."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from marketplace.core.background import consumer_loops, job_loops, relay_loop
from marketplace.core.management.signals import stop_on_signals
from marketplace.core.memory import leave_to_the_process
from marketplace.core.worker import Worker


class Command(BaseCommand):
    help = (
        "Runs the relay and every periodic job (and, with RABBITMQ_URL, a consumer for each "
        "service) until SIGTERM or SIGINT."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-jobs", action="store_true", help="leave periodic jobs to Celery")
        parser.add_argument("--no-relay", action="store_true")
        parser.add_argument("--no-consumers", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        relay = None if options["no_relay"] else relay_loop()
        loops = [relay] if relay else []
        if not options["no_jobs"]:
            loops += job_loops(relay=relay)
        if settings.RABBITMQ_URL and not options["no_consumers"]:
            loops += consumer_loops()
        worker = Worker(loops)
        leave_to_the_process()
        stop_on_signals(worker.stop)
        sys.exit(0 if worker.run() else 1)
