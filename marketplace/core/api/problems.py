"""Errors as problem details (RFC 9457, ``application/problem+json``)."""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from marketplace.core.context import current_request_id
from marketplace.core.errors import DomainError, ErrorKind, NotFound

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


def problem(status: int, code: str, title: str, detail: str, **members: Any) -> Response:
    """A problem document; ``type`` is a relative reference to its page in the documentation."""
    body = {
        "type": f"/docs/problems#{code}",
        "title": title,
        "status": int(status),
        "code": code,
        "detail": detail,
        "request_id": current_request_id(),
        **members,
    }
    return Response(body, status=status, content_type=CONTENT_TYPE)


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception hook: domain errors, DRF's own and Django's become problem details."""
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, DomainError):
        return _from_domain(error)
    if isinstance(error, exceptions.ValidationError):
        return problem(
            HTTPStatus.BAD_REQUEST,
            "invalid_input",
            "The input is not valid",
            "Correct the fields named in errors and send the request again.",
            errors=_flatten(error.detail),
        )
    if isinstance(error, exceptions.APIException):
        return _from_framework(error)
    return None


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
    return response


def _from_framework(error: exceptions.APIException) -> Response:
    code = error.get_codes() if isinstance(error.get_codes(), str) else error.default_code
    title = HTTPStatus(error.status_code).phrase
    response = problem(error.status_code, str(code), title, str(error.detail))
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    return response


def _flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested error structure as a flat list of field, code and detail."""
    if isinstance(detail, dict):
        return [e for k, v in detail.items() for e in _flatten(v, f"{path}.{k}" if path else k)]
    if isinstance(detail, list):
        if all(isinstance(item, exceptions.ErrorDetail) for item in detail):
            return [{"field": path, "code": item.code, "detail": str(item)} for item in detail]
        return [e for i, v in enumerate(detail) for e in _flatten(v, f"{path}[{i}]")]
    return [{"field": path, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}]
