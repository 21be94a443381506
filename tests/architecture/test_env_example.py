"""`.env.example` explains every variable that the code reads, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = (
    *(ROOT / "marketplace" / "config").rglob("*.py"),
    ROOT / "sandbox" / "config.py",
    *(ROOT / "launcher").glob("*.py"),
    ROOT / "conftest.py",
)
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{3,}")

# Set by the machine, by a tool, or between our own processes: nothing for a person to set.
NOT_FOR_PEOPLE = {"PIP_INDEX_URL", "PYTEST_XDIST_WORKER", "UV_DEFAULT_INDEX", "UV_INDEX_URL"}


def variables_read(path: Path) -> Iterator[str]:
    """Names given to `env.…("NAME")`, `environ["NAME"]`, `_list(env, "NAME")` and the like."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and "env" in ast.unparse(node.func).lower():
            yield from names(node.args[:1])
        elif isinstance(node, ast.Call) and node.args and ast.unparse(node.args[0]) == "env":
            yield from names(node.args[1:2])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("given."):
            yield from names(node.args[:1])
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            yield from names([node.slice])


def names(nodes: list[ast.expr]) -> Iterator[str]:
    texts = (node.value for node in nodes if isinstance(node, ast.Constant))
    return (text for text in texts if isinstance(text, str) and VARIABLE.fullmatch(text))


def explained() -> dict[str, bool]:
    """Each variable in the example, and whether a comment stands above its group."""
    found: dict[str, bool] = {}
    has_comment = False
    for line in (ROOT / ".env.example").read_text().splitlines():
        if match := re.match(r"#?([A-Z][A-Z0-9_]+)=", line):
            found[match[1]] = has_comment
        else:
            has_comment = line.startswith("# ")
    return found


def test_every_variable_that_is_read_is_explained() -> None:
    read = {name for path in READERS for name in variables_read(path)} - NOT_FOR_PEOPLE
    assert len(read) > 30
    assert sorted(read - explained().keys()) == []


def test_every_variable_has_words_above_it() -> None:
    assert [name for name, has_comment in explained().items() if not has_comment] == []


def test_the_example_sets_nothing() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
