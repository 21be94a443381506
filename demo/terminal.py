"""A story in a terminal: numbered steps, who does what, and a table after each."""

import os
import sys
from collections.abc import Sequence

_PLAIN = not sys.stdout.isatty() or "NO_COLOR" in os.environ


def _paint(code: str, text: str) -> str:
    return text if _PLAIN else f"\033[{code}m{text}\033[0m"


def bold(text: str) -> str:
    return _paint("1", text)


def dim(text: str) -> str:
    return _paint("2", text)


def green(text: str) -> str:
    return _paint("32", text)


def red(text: str) -> str:
    return _paint("31", text)


def chapter(title: str) -> None:
    print(f"\n{bold(title)}\n{'─' * len(title)}", flush=True)


def step(number: int, who: str, what: str) -> None:
    print(f"\n{number:>3}  {bold(f'{who:<9}')} {what}", flush=True)


def note(text: str) -> None:
    print(dim(f"               {text}"), flush=True)


def table(rows: Sequence[Sequence[str]], changed: Sequence[bool]) -> None:
    """Rows of (label, value); a value that has changed is marked."""
    width = max(len(label) for label, _ in rows)
    values = max(len(value) for _, value in rows)
    for (label, value), is_new in zip(rows, changed, strict=True):
        text = f"{value:>{values}}"
        print(f"               {label:<{width}}  {green(text + '  ◂') if is_new else text}")
    sys.stdout.flush()
