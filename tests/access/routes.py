"""Every route of the URL conf below /api/, with the methods that it takes."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
# The document and the pages about it, open to everyone; tests/browser looks at them.
NOT_OPERATIONS = {"/api/v1/schema/", "/api/v1/docs/", "/api/v1/redoc/"}


def routes() -> set[str]:
    """``GET /api/v1/orders/{order_id}/`` and all the others."""
    return {
        f"{method.upper()} {path}"
        for path, view in _patterns(get_resolver(), "/")
        if path.startswith("/api/") and path not in NOT_OPERATIONS
        for method in _methods(view)
    }


def _patterns(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        path = prefix + CONVERTER.sub(r"{\1}", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def _methods(view: Any) -> list[str]:
    """Without OPTIONS, which describes, and HEAD, which is GET without its body."""
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if view_class is None:
        return ["get"]
    return [
        name
        for name in view_class.http_method_names
        if name not in {"options", "head"} and hasattr(view_class, name)
    ]
