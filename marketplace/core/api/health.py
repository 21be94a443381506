"""``/health/live`` and ``/health/ready``: plain views, for probes that call every second."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.core.health import readiness


def _json(body: object, status: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. It looks at nothing else: a broken database is no cure for a restart."""
    return _json({"status": "ok"}, 200)


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Whether to send traffic here, and every check by name; 503 when one of them fails."""
    report = readiness()
    return _json(
        {
            "status": report.status,
            "checks": {
                outcome.name: {
                    "ok": outcome.ok,
                    "vital": outcome.is_vital,
                    "detail": outcome.detail,
                    "took_ms": outcome.took_ms,
                }
                for outcome in report.outcomes
            },
        },
        200 if report.is_ready else 503,
    )
