"""Percentiles and tables that fill up while a measurement runs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def percentile(seconds: Sequence[float], percent: int) -> float:
    """The nearest-rank percentile, in milliseconds."""
    ordered = sorted(seconds)
    rank = max(0, -(-len(ordered) * percent // 100) - 1)
    return round(ordered[rank] * 1000, 2)


def keep(figures: dict[str, Any], path: Path | None) -> None:
    """Write the figures as JSON to ``path``, or print them when there is none."""
    text = json.dumps(figures, indent=2)
    if path is None:
        print(text)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n", encoding="utf-8")


class Table:
    """Columns of a fixed width, printed row by row as the figures come."""

    def __init__(self, *columns: str) -> None:
        self.columns = columns
        self.widths = [max(12, len(name)) for name in columns]
        self.rows: list[tuple[object, ...]] = []

    def add(self, *values: object) -> None:
        self.rows.append(values)

    def show_last(self) -> None:
        if len(self.rows) == 1:
            self._line(self.columns)
        self._line(self.rows[-1])

    def _line(self, values: Sequence[object]) -> None:
        cells = [f"{value!s:>{width}}" for value, width in zip(values, self.widths, strict=True)]
        print("  ".join(cells), flush=True)
