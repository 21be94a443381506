"""`python -m sandbox migrate|serve|deliver|check`."""

import argparse
import os
import sys

COMMANDS = {
    "migrate": "create or update the sandbox's database",
    "serve": "serve the API, the payment page and the developer's page",
    "deliver": "deliver webhooks and settle refunds and payouts",
    "check": "check the sandbox's own books; exit 1 on any difference",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary)
    command = parser.parse_args(arguments).command

    # Always our own settings: the platform next door exports its own in this variable.
    os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
    from sandbox.config import BadConfiguration, read_config

    try:
        config = read_config()
    except BadConfiguration as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    if not config.database_url:
        print("sandbox: SANDBOX_DATABASE_URL is not set", file=sys.stderr)
        return 2
    if command == "serve":
        return _serve()

    import django
    from django.db.utils import OperationalError

    django.setup()
    try:
        return _run(command)
    except OperationalError as error:
        print(f"sandbox: the database does not answer: {error}".strip(), file=sys.stderr)
        return 1


def _run(command: str) -> int:
    if command == "migrate":
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=1)
        return 0
    if command == "deliver":
        from sandbox.webhooks.deliverer import run_deliverer

        return run_deliverer()
    return _check()


def _check() -> int:
    from sandbox.provider.services.check_books import find_differences

    found = find_differences()
    for name, rows in found.items():
        print(f"{'BAD ' if rows else 'ok  '} {name}")
        for row in rows:
            print(f"       {row}")
    return 1 if any(found.values()) else 0


def _serve() -> int:
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels
    from granian.server import Server

    from sandbox.config import read_config

    config = read_config()
    os.environ["SANDBOX_SERVER_PID"] = str(os.getpid())
    Server(
        "sandbox.wsgi:application",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=config.threads,
        # Each thread keeps its database connection; ending idle threads would throw it away.
        blocking_threads_idle_timeout=600,
        loop=Loops.asyncio,
        websockets=False,
        log_level=LogLevels.error,
        process_name=None,
    ).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
