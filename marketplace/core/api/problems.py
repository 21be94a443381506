"""Errors as problem details (RFC 9457, ``application/problem+json``)."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from django.views.csrf import csrf_failure as django_csrf_failure
from rest_framework import exceptions
from rest_framework.response import Response

from marketplace.core.context import current_request_id
from marketplace.core.errors import DomainError, ErrorKind

log = structlog.get_logger(__name__)

STATUS_OF_KIND = {
    ErrorKind.INVALID: HTTPStatus.BAD_REQUEST,
    ErrorKind.RULE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorKind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    ErrorKind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    ErrorKind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorKind.CONFLICT: HTTPStatus.CONFLICT,
    ErrorKind.STALE: HTTPStatus.PRECONDITION_FAILED,
    ErrorKind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorKind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
CONTENT_TYPE = "application/problem+json"
CATALOGUE = "/docs/problems"
API_PREFIX = "/api/"


class NotSignedIn(DomainError):
    code = "not_authenticated"
    kind = ErrorKind.UNAUTHENTICATED
    title = "Sign in first"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One row of the catalogue."""

    code: str
    status: int
    title: str
    explanation: str = ""


FRAMEWORK_PROBLEMS = {
    problem.code: problem
    for problem in (
        ProblemType("invalid_input", 400, "The input is not valid"),
        ProblemType("parse_error", 400, "The body of the request cannot be read"),
        ProblemType("bad_request", 400, "The request is malformed"),
        ProblemType("not_authenticated", 401, "Sign in first"),
        ProblemType("authentication_failed", 401, "The credentials are not valid"),
        ProblemType("forbidden", 403, "You may not do this"),
        ProblemType("csrf_failed", 403, "The form has expired; load the page again"),
        ProblemType("not_found", 404, "Not found"),
        ProblemType("method_not_allowed", 405, "This address does not take this method"),
        ProblemType("not_acceptable", 406, "The answer is not available in the form you accept"),
        ProblemType("body_too_large", 413, "The body of the request is too large"),
        ProblemType("unsupported_media_type", 415, "The body must be of another media type"),
        ProblemType("throttled", 429, "Too many requests"),
        ProblemType("internal_error", 500, "Something went wrong on our side"),
    )
}
"""What the framework refuses before a command is reached."""

_CODE_OF_FRAMEWORK = {"permission_denied": "forbidden", "error": "internal_error"}


def catalogue() -> list[ProblemType]:
    """Every problem a client may meet: the framework's, and every named domain error."""
    rows = dict(FRAMEWORK_PROBLEMS)
    for error in _refusals(DomainError):
        text = error.__dict__.get("__doc__") or ""
        explanation = " ".join(text.strip().split("\n\n")[0].split())
        rows[error.code] = ProblemType(
            error.code, int(STATUS_OF_KIND[error.kind]), error.title, explanation
        )
    return sorted(rows.values(), key=lambda row: row.code)


def _refusals(base: type[DomainError]) -> Iterator[type[DomainError]]:
    for error in base.__subclasses__():
        if "code" in error.__dict__:
            yield error
        yield from _refusals(error)


def problem(status: int, code: str, title: str, detail: str, **members: Any) -> Response:
    """A problem document; ``type`` is a relative reference to its page in the documentation."""
    return Response(
        _document(status, code, title, detail, **members),
        status=status,
        content_type=CONTENT_TYPE,
    )


def _document(status: int, code: str, title: str, detail: str, **members: Any) -> dict[str, Any]:
    return {
        "type": f"{CATALOGUE}#{code}",
        "title": title,
        "status": int(status),
        "code": code,
        "detail": detail,
        "request_id": current_request_id(),
        **members,
    }


def plain_problem(code: str, detail: str = "", *, status: int | None = None) -> HttpResponse:
    """A framework problem as a plain Django response, where no view of the API is involved."""
    row = FRAMEWORK_PROBLEMS[code]
    body = _document(status or row.status, code, row.title, detail or f"{row.title}.")
    return HttpResponse(orjson.dumps(body), status=body["status"], content_type=CONTENT_TYPE)


def handle_exception(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception hook: whatever a view raises becomes a problem document."""
    if isinstance(error, DomainError):
        return _from_domain(error)
    if isinstance(error, exceptions.ValidationError):
        return problem(
            HTTPStatus.BAD_REQUEST,
            "invalid_input",
            FRAMEWORK_PROBLEMS["invalid_input"].title,
            "Correct the fields named in errors and send the request again.",
            errors=_flatten(error.detail),
        )
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        return _from_row("body_too_large", "Send less.")
    elif isinstance(error, BadRequest | SuspiciousOperation):
        return _from_row("bad_request", "The request is malformed.")
    if isinstance(error, exceptions.APIException):
        return _from_framework(error)
    return _unexpected(error, context)


def _from_domain(error: DomainError) -> Response:
    members = dict(error.extra)
    if error.fields:
        members["errors"] = [
            {"field": name, "code": error.code, "detail": text}
            for name, texts in error.fields.items()
            for text in texts
        ]
    response = problem(STATUS_OF_KIND[error.kind], error.code, error.title, error.detail, **members)
    if retry_after := error.extra.get("retry_after_seconds"):
        response["Retry-After"] = str(retry_after)
    if error.kind is ErrorKind.UNAUTHENTICATED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _from_framework(error: exceptions.APIException) -> Response:
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    code = _CODE_OF_FRAMEWORK.get(code, code)
    status = error.status_code
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        # DRF turns these into 403 where the first authenticator names no challenge.
        status = HTTPStatus.UNAUTHORIZED
    row = FRAMEWORK_PROBLEMS.get(code)
    title = row.title if row else HTTPStatus(status).phrase
    response = problem(status, code, title, str(error.detail))
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = getattr(error, "auth_header", None) or "Bearer"
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    return response


def _from_row(code: str, detail: str) -> Response:
    row = FRAMEWORK_PROBLEMS[code]
    return problem(row.status, code, row.title, detail)


def _unexpected(error: Exception, context: dict[str, Any]) -> Response:
    view = context.get("view")
    log.error("unexpected_error", view=type(view).__name__, exc_info=error)
    request = context.get("request")
    # What error trackers and Django's test client listen to.
    got_request_exception.send(sender=type(view), request=getattr(request, "_request", request))
    return _from_row("internal_error", "It has been recorded. Quote the request_id to support.")


def _flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested error structure as a flat list of field, code and detail."""
    if isinstance(detail, dict):
        return [e for name, v in detail.items() for e in _flatten(v, _below(path, name))]
    if isinstance(detail, list):
        if all(isinstance(item, exceptions.ErrorDetail) for item in detail):
            return [{"field": path, "code": item.code, "detail": str(item)} for item in detail]
        return [e for i, v in enumerate(detail) for e in _flatten(v, f"{path}[{i}]")]
    return [{"field": path, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}]


def _below(path: str, name: str | int) -> str:
    if isinstance(name, int):
        # A list of plain values numbers its faults with keys.
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


def for_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API_PREFIX)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler400``: a header, host or form that Django itself refuses."""
    if not for_api(request):
        return defaults.bad_request(request, exception)
    code = "body_too_large" if isinstance(exception, RequestDataTooBig) else "bad_request"
    return plain_problem(code)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler403``."""
    return (
        plain_problem("forbidden")
        if for_api(request)
        else defaults.permission_denied(request, exception)
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler404``."""
    if not for_api(request):
        return defaults.page_not_found(request, exception)
    return plain_problem("not_found", "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``: never a word of what went wrong."""
    if not for_api(request):
        return defaults.server_error(request)
    return plain_problem("internal_error", "It has been recorded. Quote the request_id to support.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """``CSRF_FAILURE_VIEW``."""
    return (
        plain_problem("csrf_failed") if for_api(request) else django_csrf_failure(request, reason)
    )
