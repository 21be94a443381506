"""Migrations that give up rather than queue.

A migration that waits for a table lock makes every later query on that table wait behind it. With
``lock_timeout`` it fails after a few seconds instead, changes nothing and can be run again.

And databases between two migrations that were folded into one, which are refused (ADR 96).
"""

from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

DEFAULT_LOCK_TIMEOUT = "5s"


def limit_lock_waits(*, using: str, **_: Any) -> None:
    """Before every migrate: on its own session, so the running platform is not affected."""
    _set(using, getattr(settings, "MIGRATION_LOCK_TIMEOUT", DEFAULT_LOCK_TIMEOUT))


def lift_lock_limit(*, using: str, **_: Any) -> None:
    _set(using, "0")


def refuse_gaps(*, using: str) -> None:
    """Of migrations that were folded into one, a database has all or none.

    The files of those that it lacks are gone: Django would say that there is nothing to do.

    Raises:
        CommandError: the database has some; which it lacks, and what to do.
    """
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    applied = MigrationRecorder(connections[using]).applied_migrations()
    for (app, name), migration in loader.disk_migrations.items():
        former = [key for key in migration.replaces if key not in loader.disk_migrations]
        missing = [key for key in former if key not in applied]
        if missing and len(missing) < len(former):
            raise CommandError(
                f"This database lacks some of the migrations that {app}.{name} replaced, from "
                f"{missing[0][1]} on. Apply them with the version that had them, or start afresh "
                "(`make reset` deletes the data)."
            )


def _set(using: str, value: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [value])
