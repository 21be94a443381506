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
    ]
    context["troubles"] = [outcome.detail for outcome in readiness().outcomes if not outcome.ok]
    context["money"] = get_platform_money()
    return context
