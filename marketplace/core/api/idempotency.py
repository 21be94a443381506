"""``Idempotency-Key``: a request that creates or moves money happens once per key.

The record of the answer is written in the transaction of the command itself, under a transaction
advisory lock on (user, key): there is an answer if and only if the command happened, a crash burns
no key, and neither does an error.
"""

import functools
import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core import clock
from marketplace.core.db import joinable, with_retries
from marketplace.core.errors import DomainError, ErrorKind
from marketplace.core.models import IdempotencyRecord

HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 255

View = Callable[..., Response]


class IdempotencyKeyMissing(DomainError):
    code = "idempotency_key_missing"
    kind = ErrorKind.INVALID
    title = "This request needs an Idempotency-Key header"


class IdempotencyKeyInvalid(DomainError):
    code = "idempotency_key_invalid"
    kind = ErrorKind.INVALID
    title = "The Idempotency-Key header must be 1 to 255 visible ASCII characters"


class IdempotencyKeyReused(DomainError):
    code = "idempotency_key_reused"
    kind = ErrorKind.RULE
    title = "This Idempotency-Key was used for another request"


class IdempotencyKeyInFlight(DomainError):
    code = "idempotency_key_in_flight"
    kind = ErrorKind.CONFLICT
    title = "A request with this Idempotency-Key is being handled; try again in a moment"


def idempotent(view: View) -> View:
    """Wrap a view method whose one domain call opens one transaction.

    The call joins the transaction opened here. The same key and request again answers what was
    answered first, with ``Idempotent-Replayed: true``.
    """

    @functools.wraps(view)
    def run(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = key_of(request)
        request_hash = hash_of(request)

        def attempt() -> Response:
            with joinable():
                return _once(self, request, key, request_hash, args, kwargs)

        return with_retries(attempt)

    def _once(
        self: Any, request: Request, key: str, request_hash: bytes, args: Any, kwargs: Any
    ) -> Response:
        user_id: UUID = request.user.pk
        if not _lock(user_id, key):
            raise IdempotencyKeyInFlight
        if first := IdempotencyRecord.objects.filter(user_id=user_id, key=key).first():
            return _replay(first, request_hash)
        response = view(self, request, *args, **kwargs)
        if response.status_code < HTTPStatus.BAD_REQUEST:
            _remember(user_id, key, request_hash, response)
        return response

    return run


def key_of(request: Request) -> str:
    """The request's key; raises when it is missing or malformed."""
    key = request.headers.get(HEADER)
    if key is None:
        raise IdempotencyKeyMissing
    if not 0 < len(key) <= MAX_KEY_LENGTH or not all(" " < character <= "~" for character in key):
        raise IdempotencyKeyInvalid
    return key


def hash_of(request: Request) -> bytes:
    """SHA-256 over method, path and body; the order of members in the body does not matter."""
    body = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).digest()


def _lock(user_id: UUID, key: str) -> bool:
    # Held until the command commits. A second request at the same moment is told so instead of
    # waiting on a database connection.
    digest = hashlib.blake2b(f"idempotency:{user_id}:{key}".encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (locked,) = cursor.fetchone()
    return bool(locked)


def _replay(record: IdempotencyRecord, request_hash: bytes) -> Response:
    if bytes(record.request_hash) != request_hash:
        raise IdempotencyKeyReused
    headers = {**record.headers, "Idempotent-Replayed": "true"}
    return Response(record.body, status=record.status, headers=headers)


def _remember(user_id: UUID, key: str, request_hash: bytes, response: Response) -> None:
    IdempotencyRecord.objects.create(
        user_id=user_id,
        key=key,
        request_hash=request_hash,
        status=response.status_code,
        body=orjson.loads(orjson.dumps(response.data, default=str)),
        headers={name: value for name, value in response.headers.items() if name == "ETag"},
        created_at=clock.now(),
    )
