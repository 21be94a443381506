"""What a letter is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """``action`` is the label and address of the one button; ``key`` is for API clients."""

    subject: str
    paragraphs: tuple[str, ...]
    action: tuple[str, str] | None = None
    key: str = ""
