"""HTML pages: small, static, and free of anything from other hosts."""

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.core.api.problems import catalogue
from marketplace.products.queries import Arrival, list_arrivals

SHOWN_PRODUCTS = 8

log = structlog.get_logger(__name__)


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What this is, where to go, and who may sign in to the demo marketplace."""
    return render(
        request,
        "gateway/landing.html",
        {
            "demo_accounts": getattr(settings, "DEMO_ACCOUNTS", ()),
            "demo_password": getattr(settings, "DEMO_PASSWORD", ""),
            "is_local": getattr(settings, "IS_LOCAL", False),
            "arrivals": _arrivals(),
        },
    )


def _arrivals() -> list[Arrival]:
    try:
        return list_arrivals(limit=SHOWN_PRODUCTS)
    except DatabaseError:
        # This page says where the health checks are: it must not need what they look at.
        log.warning("landing_page_without_catalogue", exc_info=True)
        return []


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    """The API, browsable: signs in and calls."""
    return render(
        request,
        "gateway/swagger.html",
        {
            "demo_accounts": getattr(settings, "DEMO_ACCOUNTS", ()),
            "demo_password": getattr(settings, "DEMO_PASSWORD", ""),
        },
    )


@require_safe
def redoc(request: HttpRequest) -> HttpResponse:
    """The API as a reference to read."""
    return render(request, "gateway/redoc.html")


@require_safe
def problem_catalogue(request: HttpRequest) -> HttpResponse:
    """Every error code a client may meet: where the ``type`` of a problem document points."""
    return render(request, "gateway/problems.html", {"problems": catalogue()})
