from pathlib import Path

from marketplace.orders.transitions import mermaid

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_diagram_is_the_table() -> None:
    assert f"```mermaid\n{mermaid()}\n```" in README.read_text()
