"""What a view may refuse, said beside the view: the API document is drawn from it."""

from collections.abc import Callable
from typing import Any, TypeVar

from marketplace.core.errors import DomainError

F = TypeVar("F", bound=Callable[..., Any])


def refuses(*errors: type[DomainError]) -> Callable[[F], F]:
    """Name the domain errors that a view method may answer with.

    Errors every operation shares (sign-in, input, not found, idempotency) need no mention.
    """

    def mark(view: F) -> F:
        named = (*getattr(view, "refuses", ()), *errors)
        view.refuses = named  # type: ignore[attr-defined]
        return view

    return mark


def honours_if_match(view: F) -> F:
    """Say that a view method compares ``If-Match`` with the object's version (412 when stale)."""
    view.honours_if_match = True  # type: ignore[attr-defined]
    return view
