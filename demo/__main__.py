"""`python -m demo` tells the story on a platform of its own; `python -m demo load` fills one."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import django

from demo import terminal
from launcher.console import Console
from launcher.stack import Stack


def main(arguments: list[str]) -> int:
    match arguments:
        case []:
            return story()
        case ["load"]:
            return load()
        case _:
            print("usage: python -m demo [load]", file=sys.stderr)
            return 2


def story() -> int:
    """Start a fresh platform on free ports, tell the story, audit the books, stop everything."""
    with (
        tempfile.TemporaryDirectory(prefix="fairhold-demo-") as folder,
        Stack(data_dir=Path(folder), fresh=True, report=Console()) as stack,
    ):
        use(stack.env)
        from demo.catalogue_setup import story_category
        from demo.story import Story

        tale = Story(
            base_url=stack.base_url,
            sandbox_url=stack.sandbox_url,
            sandbox_key=stack.env["SANDBOX_API_KEY"],
            category_id=story_category(),
        )
        agreed = tale.tell()
        terminal.chapter("The audit")
        audited = audit()
        verdict(agreed=agreed and audited, tale=tale)
        return 0 if agreed and audited else 1


def audit() -> bool:
    from django.core.management import call_command

    try:
        call_command("audit_ledger")
    except SystemExit as ended:
        return not ended.code
    return True


def verdict(*, agreed: bool, tale: object) -> None:
    steps, checks = getattr(tale, "steps"), getattr(tale, "checks")  # noqa: B009
    differences = getattr(tale, "differences")  # noqa: B009
    print()
    if agreed:
        print(terminal.green(f"  {steps} steps, {checks} figures checked: every one agrees."))
        return
    print(terminal.red(f"  {steps} steps, {checks} figures checked, {len(differences)} differ:"))
    for difference in differences:
        print(terminal.red(f"    {difference}"))


def load() -> int:
    """Fill the running platform whose environment this is with the demo marketplace."""
    use({})
    from demo.load import load_marketplace

    load_marketplace()
    leave_sign_ins()
    return 0


def leave_sign_ins() -> None:
    """Leave the demo accounts where the launcher finds them, to print them at every start."""
    from django.conf import settings

    accounts = [
        {"role": account["name"], "email": account["email"], "password": settings.DEMO_PASSWORD}
        for account in settings.DEMO_ACCOUNTS
    ]
    target = Path(settings.STATE) / "demo.json"
    target.write_text(json.dumps({"sign_ins": accounts}, indent=2))


def use(environment: Mapping[str, str]) -> None:
    """Act as the platform does: same settings, same database, same role."""
    os.environ.update(environment)
    django.setup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
