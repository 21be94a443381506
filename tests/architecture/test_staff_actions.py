"""What staff may see and do is said in one table, and what they do is written down."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.contrib import admin

from marketplace.config.staff_roles import ACTS, PAGES

ROOT = Path(__file__).resolve().parents[2]
ASKS = {
    "require_permission",
    "require_permission_or_system",
    "check_may_suspend",
    "check_may_review",
}
WRITES = {"record_action", "note_resolution", "record_staff_action", "decide_on_wallet"}

# Commands that ask for a permission and need no entry, with the reason.
EXCUSED = {
    "payments/services/ask_about_item.py": "It asks; what it learns, the command that records it.",
    "users/verification/services/_deciding.py": "The decisions that use it write their entries.",
    "users/verification/services/claim_case.py": "It holds a case for half an hour, no more; the "
    "case's own notes say who.",
}


def commands() -> Iterator[tuple[str, set[str]]]:
    """Every module of a service, with the names that it calls."""
    for path in sorted((ROOT / "marketplace").rglob("services/*.py")):
        if "tests" in path.parts:
            continue
        calls = {
            node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
        }
        yield path.relative_to(ROOT / "marketplace").as_posix(), calls


def test_every_page_of_the_admin_has_a_row() -> None:
    registered = {model._meta.label_lower for model in admin.site._registry}
    assert registered - PAGES.keys() == set(), "add a row to marketplace/config/staff_roles.py"
    assert PAGES.keys() - registered == set(), "rows of pages that are gone"


def test_every_page_is_called_by_a_word_there_is() -> None:
    """Django makes a plural by adding an s; the pages and the staff roles show it."""
    names = {str(model._meta.verbose_name_plural) for model in admin.site._registry}
    wrong = {name for name in names if re.search(r"[^aeiou]ys$|(s|x|z|ch|sh)s$", name)}
    assert wrong == set(), "say verbose_name_plural"


def test_every_permission_of_our_own_has_a_row() -> None:
    declared = {
        f"{model._meta.app_label}.{codename}"
        for model in admin.site._registry
        for codename, _ in model._meta.permissions
    }
    assert declared - ACTS.keys() == set(), "add a row to marketplace/config/staff_roles.py"
    assert ACTS.keys() - declared == set(), "rows of permissions that nobody declares"


def test_every_command_of_staff_writes_an_audit_entry() -> None:
    asking = {name: calls for name, calls in commands() if calls & ASKS}
    assert len(asking) > 20
    silent = {name for name, calls in asking.items() if not calls & WRITES}
    assert silent - EXCUSED.keys() == set(), "call record_action, or excuse it with a reason"
    assert EXCUSED.keys() - silent == set(), "excuses of what is written down after all"


def test_no_command_asks_whether_somebody_is_an_administrator() -> None:
    """A permission says what for; only the rules about roles themselves know administrators."""
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "marketplace").rglob("*.py")
        if "tests" not in path.parts and ".is_admin\n" in path.read_text().replace(":", "\n")
    }
    assert asking <= {"marketplace/users/policies.py", "marketplace/core/actor.py"}
