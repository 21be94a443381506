"""`make demo`: a story that checks itself, and a marketplace to look at."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from demo import terminal
from launcher.console import Console
from launcher.stack import Stack
from marketplace.config.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD

USAGE = """usage: python -m demo [tell | load | category]

           tells the story on a fresh platform of its own
tell       tells it on the running platform whose environment this is
load       fills that platform with the demo marketplace
category   makes the story's category there and prints its id"""


def main(arguments: list[str]) -> int:
    match arguments:
        case []:
            return story()
        case ["tell"]:
            use({})
            return tell(dict(os.environ))
        case ["load"]:
            return load()
        case ["category"]:
            return category()
        case _:
            print(USAGE, file=sys.stderr)
            return 2


def story() -> int:
    """Start a fresh platform on free ports, tell the story there, stop everything."""
    with (
        tempfile.TemporaryDirectory(prefix="fairhold-demo-") as folder,
        Stack(data_dir=Path(folder), fresh=True, report=Console()) as stack,
    ):
        use(stack.env)
        return tell(stack.env)


def tell(environment: Mapping[str, str]) -> int:
    """Tell the story, then audit the books; 0 only if every figure agrees."""
    from demo.catalogue_setup import (  # Django is ready only now
        shared_category,
        story_category,
    )
    from demo.story import Story

    tale = Story(
        base_url=environment["PUBLIC_URL"],
        sandbox_url=environment["SANDBOX_URL"],
        sandbox_key=environment["SANDBOX_API_KEY"],
        category_id=story_category(),
        shared_category_id=shared_category(),
    )
    agreed = tale.tell()
    terminal.chapter("The audit")
    audited = audit()
    print(f"\n  {tale.steps} steps, {tale.checks} figures checked.")
    for difference in tale.differences:
        print(terminal.red(f"  ✗ {difference}"))
    if not audited:
        print(terminal.red("  ✗ the audit found differences"))
    if agreed and audited:
        print(terminal.green("  Every one agrees with the ledger, the API and the provider."))
    return 0 if agreed and audited else 1


def audit() -> bool:
    try:
        call_command("audit_ledger")
    except SystemExit as ended:
        return not ended.code
    return True


def load() -> int:
    """Fill the running platform whose environment this is with the demo marketplace."""
    use({})
    from demo.load import load_marketplace  # Django is ready only now

    load_marketplace()
    leave_sign_ins()
    return 0


def leave_sign_ins() -> None:
    """Leave the demo accounts where the launcher finds them, to print them at every start."""
    accounts = [
        {"role": account["name"], "email": account["email"], "password": DEMO_PASSWORD}
        for account in DEMO_ACCOUNTS
    ]
    target = Path(settings.STATE) / "demo.json"
    target.write_text(json.dumps({"sign_ins": accounts}, indent=2))


def category() -> int:
    use({})
    from demo.catalogue_setup import story_category  # Django is ready only now

    print(story_category())
    return 0


def use(environment: Mapping[str, str]) -> None:
    """Act as the platform does: same settings, same database, same role."""
    os.environ.update(environment)
    django.setup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
