"""Migrations that give up rather than queue.

A migration that waits for a table lock makes every later query on that table wait behind it. With
``lock_timeout`` it fails after a few seconds instead, changes nothing and can be run again.
"""

from typing import Any

from django.conf import settings
from django.db import connections

DEFAULT_LOCK_TIMEOUT = "5s"


def limit_lock_waits(*, using: str, **_: Any) -> None:
    """Before every migrate: on its own session, so the running platform is not affected."""
    _set(using, getattr(settings, "MIGRATION_LOCK_TIMEOUT", DEFAULT_LOCK_TIMEOUT))


def lift_lock_limit(*, using: str, **_: Any) -> None:
    _set(using, "0")


def _set(using: str, value: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [value])
