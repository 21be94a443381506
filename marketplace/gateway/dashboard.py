"""The admin's start page: what waits for an operator, and where the money is."""

from typing import Any

from django.http import HttpRequest

from marketplace.core.health import readiness
from marketplace.core.open_items import registered_queues
from marketplace.payments.queries import get_platform_money


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's dashboard callback: adds what ``admin/index.html`` shows."""
    context["queues"] = [
        {
            "title": queue.title,
            "path": queue.path,
            "count": (count := queue.count()),
            "is_alarming": queue.is_alarming and count > 0,
        }
        for queue in registered_queues()
        if may_open(request, queue.path)
    ]
    context["troubles"] = [outcome.detail for outcome in readiness().outcomes if not outcome.ok]
    if request.user.has_perm("payments.view_ledgeraccount"):
        context["money"] = get_platform_money()
        context["shows_money"] = True
    return context


def may_open(request: HttpRequest, path: str) -> bool:
    """Whether this member of staff sees the page ``/admin/<app>/<model>/…``."""
    _, _, *page = path.split("/")
    permission = f"{page[0]}.view_{page[1]}" if len(page) > 1 else ""
    return request.user.has_perm(permission)
