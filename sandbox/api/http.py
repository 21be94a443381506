"""From a Django request to a command and back: keys, JSON, errors, idempotency, planned faults."""

import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from sandbox.api.errors import ApiError, invalid, refused
from sandbox.behaviour.faults import NO_FAULT, Fault

logger = logging.getLogger(__name__)
MAX_BODY_BYTES = 64 * 1024
MAX_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler decided: a body, its status, and the fault the tester ordered, if any."""

    body: Any
    status: int = 200
    fault: Fault = NO_FAULT


Handler = Callable[..., Answer]


def json_response(status: int, body: Any) -> HttpResponse:
    """A JSON answer that nobody may cache or sniff."""
    return raw_response(status, orjson.dumps(body))


def raw_response(status: int, body: bytes | str) -> HttpResponse:
    """The same, from bytes that were stored."""
    response = HttpResponse(body, status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def endpoint(**handlers: Handler) -> Callable[..., HttpResponse]:
    """A view for one address: checks the key, then calls the handler of the method.

    `get` and `delete` handlers receive (request, **path); `post` handlers (body, **path) and run
    inside one transaction together with their Idempotency-Key.
    """
    methods = {name.upper(): handler for name, handler in handlers.items()}

    def view(request: HttpRequest, **path: str) -> HttpResponse:
        try:
            require_api_key(request)
            handler = methods.get(request.method or "")
            if handler is None:
                response = json_response(
                    405, ApiError(405, "method_not_allowed", "Not possible here.").body()
                )
                response["Allow"] = ", ".join(sorted(methods))
                return response
            if request.method == "POST":
                return _post(request, handler, path)
            answer = handler(request, **path)
            return json_response(answer.status, answer.body)
        except ApiError as error:
            response = json_response(error.status, error.body())
            if error.status == 401:
                response["WWW-Authenticate"] = "Bearer"
            return response
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            failure = ApiError(500, "internal_error", "Something failed; nothing was changed.")
            return json_response(500, failure.body())

    return view


def require_api_key(request: HttpRequest) -> None:
    """Compare in constant time, against every key, whatever the first ones said."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    matched = False
    for key in settings.SANDBOX.api_keys:
        matched |= hmac.compare_digest(given.strip().encode(), key.encode())
    if scheme.lower() != "bearer" or not matched:
        raise ApiError(401, "unauthorized", "Send Authorization: Bearer <API key>.")


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; an empty body is an empty object."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        raise ApiError(413, "body_too_large", f"At most {MAX_BODY_BYTES} bytes.")
    raw = request.body
    if not raw:
        return {}
    if request.content_type != "application/json":
        raise ApiError(415, "unsupported_media_type", "Send application/json.")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise invalid("body_invalid", "The body is not valid JSON.", None) from error
    if not isinstance(body, dict):
        raise invalid("body_invalid", "The body must be a JSON object.", None)
    return body


def _post(request: HttpRequest, handler: Handler, path: Mapping[str, str]) -> HttpResponse:
    body = read_body(request)
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= MAX_KEY_LENGTH and key.isprintable()):
        raise invalid("idempotency_key_invalid", "Use 1 to 255 printable characters.", None)
    # The whole command is one transaction, with the key in it: either both exist or neither.
    with transaction.atomic():
        if key is not None:
            request_hash = hashlib.sha256(
                request.path.encode()
                + b"\n"
                + orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
            ).digest()
            stored = _claim_key(key, request_hash)
            if stored is not None:
                response = raw_response(*stored)
                response["Idempotent-Replayed"] = "true"
                return response
        answer = handler(body, **path)
        rendered = orjson.dumps(answer.body)
        if key is not None:
            _store_answer(key, answer, rendered.decode())
    return _answer_with_fault(answer, rendered)


def _claim_key(key: str, request_hash: bytes) -> tuple[int, str] | None:
    """Own the key (None), or return the answer stored under it; another body is refused."""
    with connection.cursor() as cursor:
        # A concurrent request with this key waits here until the first one has committed.
        cursor.execute(
            "INSERT INTO api_idempotencykey (key, request_hash, created_at) "
            "VALUES (%s, %s, now()) ON CONFLICT (key) DO NOTHING",
            [key, request_hash],
        )
        if cursor.rowcount == 1:
            return None
        cursor.execute(
            "SELECT request_hash, status, body FROM api_idempotencykey WHERE key = %s", [key]
        )
        stored_hash, status, body = cursor.fetchone()
    if not hmac.compare_digest(bytes(stored_hash), request_hash):
        raise refused(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request.",
            "Idempotency-Key",
        )
    return status, body


def _store_answer(key: str, answer: Answer, rendered: str) -> None:
    with connection.cursor() as cursor:
        if not answer.fault.acts:
            cursor.execute("DELETE FROM api_idempotencykey WHERE key = %s", [key])
            return
        cursor.execute(
            "UPDATE api_idempotencykey SET status = %s, body = %s WHERE key = %s",
            [answer.status, rendered, key],
        )


def _answer_with_fault(answer: Answer, rendered: bytes) -> HttpResponse:
    """The answer, or what the tester ordered instead of it. The command has committed by now."""
    fault = answer.fault
    if fault.wait_seconds:
        connection.close()  # a sleeping request must not keep a database connection
        time.sleep(fault.wait_seconds)
    if fault.drops:
        response = raw_response(answer.status, b"")
        # Announce a body and send none: the client sees the connection break off mid-answer.
        response["Content-Length"] = str(len(rendered) + 1)
        return response
    if fault.error_status:
        error = ApiError(fault.error_status, "provider_error", "The provider has a problem.")
        return json_response(fault.error_status, error.body())
    return raw_response(answer.status, rendered)
