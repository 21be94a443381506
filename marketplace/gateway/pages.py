"""HTML pages: small, static, and free of anything from other hosts."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.core.api.problems import catalogue


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
        },
    )


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
