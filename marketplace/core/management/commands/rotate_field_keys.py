"""Everything that is encrypted, under the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from marketplace.core.security.encryption import current_key_version
from marketplace.core.security.rotation import Rotated, renew_fingerprints, rotate
from marketplace.core.security.sealed import sealed_stores

REFUSED = ("23001", "42501")
"""restrict_violation, insufficient_privilege: the guards of tables that nobody edits."""


class Command(BaseCommand):
    help = (
        "Seals every encrypted field again under the first of FIELD_ENCRYPTION_KEYS, in portions, "
        "while the platform runs; it may be stopped and run again. Says at the end how much stands "
        "under which key. Run it as the owner of the tables, after every process has the new key. "
        "Exit status 1: something could not be read, or stands under another key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows in a portion")
        parser.add_argument("--only", default="", metavar="TEXT", help="stores whose name has it")
        parser.add_argument("--count", action="store_true", help="only say what stands where")
        parser.add_argument(
            "--fingerprints",
            action="store_true",
            help="hash again under FIELD_FINGERPRINT_KEY, so that an old key can go",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch must be at least 1.")
        self.is_loud = options["verbosity"] > 1
        try:
            is_whole = self._work(options)
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", "") in REFUSED:
                raise CommandError(
                    "The database refuses: run this as the owner of the tables."
                ) from error
            raise
        if not is_whole:
            raise CommandError("Not everything stands under the newest key; keep the old ones.")

    def _work(self, options: dict[str, Any]) -> bool:
        if options["count"]:
            for store in sealed_stores():
                self._tell(Rotated(store.name, by_key=dict(store.count_by_key())))
            return True
        if options["fingerprints"]:
            for name, renewed in renew_fingerprints(
                batch_size=options["batch"], progress=self._progress
            ):
                self.stdout.write(f"{name}: {renewed} hashed again")
            return True
        is_whole = True
        for done in rotate(
            batch_size=options["batch"], only=options["only"], progress=self._progress
        ):
            self._tell(done)
            is_whole = is_whole and not done.left_behind and not done.unreadable
        return is_whole

    def _tell(self, done: Rotated) -> None:
        current = current_key_version()
        keys = ", ".join(
            f"{count} under key {version}{' (newest)' if version == current else ''}"
            for version, count in sorted(done.by_key.items())
        )
        self.stdout.write(f"{done.name}: {done.resealed} sealed again; {keys or 'empty'}")
        for line in done.unreadable[:20]:
            self.stderr.write(f"  unreadable: {line}")

    def _progress(self, name: str, so_far: int) -> None:
        if self.is_loud:
            self.stdout.write(f"  {name}: {so_far} so far")
