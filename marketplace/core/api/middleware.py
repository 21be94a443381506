"""What happens to every request before and after its view.

Requests to the API skip the browser's middleware (sessions, CSRF, messages and the like): a bearer
of a token needs none of it, and it cost as much time as a whole simple view. ``ApiShortcut`` stands
before that middleware and ``ApiGate`` at the very end of the list: the one hands requests straight
to the other.
"""

import re
import time
from collections.abc import Callable
from typing import ClassVar

import structlog
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import is_valid_path
from django.utils.functional import LazyObject, empty

from marketplace.core.api.problems import API_PREFIX, plain_problem
from marketplace.core.api.secrets_in_text import is_secret
from marketplace.core.context import caused_by
from marketplace.core.ids import new_id

GetResponse = Callable[[HttpRequest], HttpResponse]

REQUEST_ID_HEADER = "X-Request-ID"
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{8,64}", re.ASCII)

API_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    # An answer may be personal; a public list says otherwise itself.
    "Cache-Control": "no-store",
}
HEALTH_PREFIX = "/health/"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

log = structlog.get_logger("marketplace.request")


class RequestMiddleware:
    """Gives the request an id, times it, and writes one line of log about it.

    A caller's own ``X-Request-ID`` is kept when it is sane; it goes into every log line, problem
    document and event that the request causes, and back in the answer.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        # It goes into every log line as it is, so it may not be what the lines would mask.
        is_sane = SANE_REQUEST_ID.fullmatch(given) and not is_secret(given)
        request_id = given if is_sane else str(new_id())
        started = time.perf_counter()
        with caused_by(request_id):
            response = self._answer(request)
            response.headers[REQUEST_ID_HEADER] = request_id
            self._log(request, response, time.perf_counter() - started)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        # PostgreSQL stores no NUL in text: without this, one in a filter would be a 500.
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return plain_problem("bad_request", "The address holds a NUL character.")
        return self.get_response(request)

    def _log(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        # Probes come every second and say nothing.
        if request.path_info.startswith(HEALTH_PREFIX) and response.status_code < 500:
            return
        write = log.warning if response.status_code >= 500 else log.info
        user: object = getattr(request, "user", None)
        write(
            "request",
            method=request.method,
            # Without the query: it may hold names and tokens.
            path=request.path_info,
            status=response.status_code,
            took_ms=round(seconds * 1000, 2),
            # Only if somebody looked already: the log asks the database nothing.
            user_id=str(getattr(user, "pk", None)) if _is_loaded(user) else None,
        )


def _is_loaded(user: object) -> bool:
    # A lazy user asks the database when it is first looked at.
    if isinstance(user, LazyObject) and user.__dict__.get("_wrapped", empty) is empty:
        return False
    return getattr(user, "pk", None) is not None


class TrailingSlashMiddleware:
    """Accepts an address of the API without its trailing slash: no redirect, every method."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        is_short = path.startswith(API_PREFIX) and not path.endswith("/")
        if is_short and not is_valid_path(path) and is_valid_path(f"{path}/"):
            request.path_info = f"{path}/"
            request.path = f"{request.path}/"
        return self.get_response(request)


class ApiGate:
    """The last of the list: remembers the way to the view itself."""

    to_view: ClassVar[GetResponse | None] = None

    def __init__(self, get_response: GetResponse) -> None:
        ApiGate.to_view = staticmethod(get_response)
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class ApiShortcut:
    """Takes requests to the API past the browser's middleware, except where sessions are used."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.pages = tuple(settings.BROWSER_PREFIXES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        to_view = ApiGate.to_view
        if to_view is not None and path.startswith(HEALTH_PREFIX):
            # Probes come by address, under any Host.
            return to_view(request)
        if to_view is None or not path.startswith(API_PREFIX) or path.startswith(self.pages):
            response = self.get_response(request)
            response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
            return response
        # Refuses a foreign Host header, as CommonMiddleware, which is passed by, would have done.
        request.get_host()
        response = to_view(request)
        for name, value in API_HEADERS.items():
            response.headers.setdefault(name, value)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


class PathCSPMiddleware(CSPMiddleware):
    """django-csp, with what the pages below a few prefixes need on top of the strict default."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        for prefix, directives in settings.CSP_BY_PREFIX.items():
            if request.path_info.startswith(prefix):
                added = {**directives, **getattr(response, "_csp_update", {})}
                # The name is django-csp's own way for a response to say what it needs.
                setattr(response, "_csp_update", added)  # noqa: B010
        return super().process_response(request, response)
