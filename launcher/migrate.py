"""Migrates the platform's database and grants the runtime role its rights, in one process.

Starting Django twice would cost seconds of every first start. Run as the tables' owner.
"""

from __future__ import annotations

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    call_command("migrate", interactive=False)
    call_command("grant_app_role")


if __name__ == "__main__":
    main()
