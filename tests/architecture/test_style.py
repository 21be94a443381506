"""House rules that a machine can keep, so that reviews can be about the rest."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("marketplace", "sandbox", "launcher", "demo", "bench")

# The rule of thumb is 300, 150 and 50 lines; what is a little over is for a reviewer to weigh.
MODULE_LIMIT_LINES = 350
USE_CASE_LIMIT_LINES = 180
FUNCTION_LIMIT_LINES = 60
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}


def modules(*packages: str) -> Iterator[Path]:
    for package in packages or PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def product_modules(*packages: str) -> Iterator[Path]:
    """Without migrations and tests."""
    return (
        path
        for path in modules(*packages)
        if "migrations" not in path.parts and "tests" not in path.parts
    )


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(path: Path) -> int:
    return path.read_text().count("\n")


def test_modules_are_short() -> None:
    long = {shown(p): n for p in product_modules() if (n := lines_of(p)) > MODULE_LIMIT_LINES}
    assert not long


def test_use_cases_are_short() -> None:
    long = {
        shown(p): n
        for p in product_modules("marketplace")
        if p.parent.name == "services" and (n := lines_of(p)) > USE_CASE_LIMIT_LINES
    }
    assert not long


def test_functions_are_short() -> None:
    long = {
        f"{shown(path)}::{function.name}": length
        for path in product_modules()
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LIMIT_LINES
    }
    assert not long


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [shown(path) for path in modules() if path.stem in VAGUE_NAMES]


def test_a_command_lives_in_a_file_of_its_name() -> None:
    """`confirm_receipt.py` holds `confirm_receipt`; a family shares `record_refund_outcome.py`."""

    def holds_its_name(path: Path) -> bool:
        family = "_".join(path.stem.split("_")[:2])
        names = {function.name for function in functions(path)}
        return path.stem in names or any(name.startswith(f"{family}_") for name in names)

    strangers = [
        shown(path)
        for path in product_modules("marketplace")
        if path.parent.name == "services"
        and not path.stem.startswith("_")
        and not holds_its_name(path)
    ]
    assert not strangers


@pytest.mark.parametrize("name", ["exceptions", "status"])
def test_only_the_api_of_core_knows_how_errors_become_http(name: str) -> None:
    strangers = [
        shown(path)
        for path in product_modules("marketplace")
        if not path.is_relative_to(ROOT / "marketplace" / "core" / "api")
        and imports(path, "rest_framework", name)
    ]
    assert not strangers


def imports(path: Path, package: str, name: str) -> bool:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            if node.module == f"{package}.{name}":
                return True
            if node.module == package and name in {alias.name for alias in node.names}:
                return True
    return False


def test_only_the_clock_of_core_asks_what_time_it_is() -> None:
    strangers = [
        f"{shown(path)}:{node.lineno}"
        for path in product_modules("marketplace")
        if path != ROOT / "marketplace" / "core" / "clock.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"timezone", "datetime", "date"}
    ]
    assert not strangers


def test_every_service_says_what_it_is() -> None:
    services = [path.parent for path in (ROOT / "marketplace").glob("*/apps.py")]
    assert not [shown(service) for service in services if not (service / "README.md").exists()]
