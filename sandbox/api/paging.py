"""Lists: newest first, with a cursor that is the id of the last one seen."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from sandbox.api.errors import invalid
from sandbox.api.http import Answer

M = TypeVar("M", bound=Model)


def read_limit(request: HttpRequest, *, default: int = 20, highest: int = 100) -> int:
    """The `limit` parameter, checked."""
    text = request.GET.get("limit", str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= highest:
        raise invalid("parameter_invalid", f"limit must lie between 1 and {highest}.", "limit")
    return int(text)


def check_parameters(request: HttpRequest, *allowed: str) -> None:
    """Refuse a filter that would be ignored: a misspelt one must not list everything."""
    for name in request.GET:
        if name not in allowed:
            raise invalid("parameter_unknown", f"Unknown parameter {name}.", name)
        if "\0" in request.GET[name]:
            raise invalid("parameter_invalid", f"{name} contains a null character.", name)


def list_answer(
    request: HttpRequest, rows: QuerySet[M], render: Callable[[M], dict[str, Any]]
) -> Answer:
    """A page of ids before `after`, optionally only those with one `reference`."""
    check_parameters(request, "reference", "after", "limit")
    limit = read_limit(request)
    if "reference" in request.GET:
        rows = rows.filter(reference=request.GET["reference"])
    if after := request.GET.get("after"):
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: limit + 1])
    page = found[:limit]
    return Answer(
        {
            "data": [render(row) for row in page],
            "has_more": len(found) > limit,
            "next_after": page[-1].pk if len(found) > limit else None,
        }
    )
