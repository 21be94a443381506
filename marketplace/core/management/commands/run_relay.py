"""The relay alone."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from marketplace.core.background import relay_loop
from marketplace.core.management.signals import stop_on_signals
from marketplace.core.worker import Worker


class Command(BaseCommand):
    help = "Hands events from the outbox on, until SIGTERM or SIGINT. Several may run at once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        worker = Worker([relay_loop()])
        stop_on_signals(worker.stop)
        sys.exit(0 if worker.run() else 1)
