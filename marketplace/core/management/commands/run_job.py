"""One periodic job, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.core.jobs import registered_jobs, run_due


class Command(BaseCommand):
    help = "Runs one periodic job until it finds nothing more to do. Without a name: lists them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        jobs = registered_jobs()
        if not options["name"]:
            for job in sorted(jobs.values(), key=lambda job: job.name):
                self.stdout.write(f"{job.name}  every {job.every_seconds:g} s")
            return
        if options["name"] not in jobs:
            raise CommandError(f"There is no job {options['name']!r}: run_job lists them.")
        done = run_due(options["name"])
        self.stdout.write(f"{options['name']}: {done} done")
