"""``Idempotency-Key``: a request that creates or moves money happens once per key.

A command of one transaction: the record of the answer is written in the transaction of the command
itself, under a transaction advisory lock on (user, key). There is an answer if and only if the
command happened; a crash burns no key, and neither does an error.

A command that spans several transactions with a call to a provider between them cannot do that. It
holds a *lease*: a row that says "in flight until". The answer replaces the lease, an error removes
it, and a crash leaves it to expire, after which the same key tries again; the command then finds
its own committed intent by the same key. A lease was chosen over a session advisory lock because
it needs no connection of its own while the provider is slow, works behind a pooler that shares
connections between transactions, and cannot be leaked by a persistent connection.
"""

import functools
import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, overload
from uuid import UUID

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core import clock
from marketplace.core.api.problems import NotSignedIn
from marketplace.core.api.secrets_in_text import is_secret
from marketplace.core.db import joinable, with_retries
from marketplace.core.errors import DomainError, ErrorKind
from marketplace.core.ids import new_id
from marketplace.core.models import IdempotencyRecord

HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 255
REPLAYED_HEADERS = ("ETag", "Location")
LEASE_SECONDS = 60
"""Above the sum of the time limits of any provider call: a live attempt does not outlast it."""

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

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=1)


@overload
def idempotent(view: View) -> View: ...
@overload
def idempotent(*, spans_transactions: bool) -> Callable[[View], View]: ...
def idempotent(
    view: View | None = None, *, spans_transactions: bool = False
) -> View | Callable[[View], View]:
    """Make a view method (of a signed-in user) happen once per ``Idempotency-Key``.

    ``@idempotent``: its one domain call joins the transaction that is opened here.
    ``@idempotent(spans_transactions=True)``: the call opens its own transactions, and makes itself
    repeatable after a crash by the same key (``key_of(request)``).

    The same key and request again answers what was answered first, with
    ``Idempotent-Replayed: true``.
    """
    if view is None:
        return functools.partial(_wrap, once=_with_lease if spans_transactions else _in_transaction)
    return _wrap(view, once=_in_transaction)


Once = Callable[[UUID, str, bytes, Callable[[], Response]], Response]


def _wrap(view: View, *, once: Once) -> View:
    @functools.wraps(view)
    def run(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        if not request.user.is_authenticated:
            raise NotSignedIn
        key = key_of(request)

        def answer() -> Response:
            return view(self, request, *args, **kwargs)

        return once(request.user.pk, key, hash_of(request), answer)

    run.is_idempotent = True  # type: ignore[attr-defined]
    return run


def key_of(request: Request) -> str:
    """The request's key; raises when it is missing or malformed."""
    key = request.headers.get(HEADER)
    if key is None:
        raise IdempotencyKeyMissing
    if not 0 < len(key) <= MAX_KEY_LENGTH or not all(" " < character <= "~" for character in key):
        raise IdempotencyKeyInvalid
    # It is kept, and shown to operators.
    if is_secret(key):
        raise IdempotencyKeyInvalid
    return key


def hash_of(request: Request) -> bytes:
    """SHA-256 over method, path, query and body.

    The order of members in a JSON body does not matter; of an uploaded file name and content count.
    """
    data: Any = request.data
    if isinstance(data, QueryDict):
        data = {name: [_hashable(value) for value in data.getlist(name)] for name in data}
    body = orjson.dumps(data, option=orjson.OPT_SORT_KEYS, default=str)
    head = f"{request.method} {request.get_full_path()}\n"
    return hashlib.sha256(head.encode() + body).digest()


def _hashable(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return {"name": value.name, "sha256": digest.hexdigest()}


def _in_transaction(
    user_id: UUID, key: str, request_hash: bytes, answer: Callable[[], Response]
) -> Response:
    def attempt() -> Response:
        with joinable():
            if not _lock(user_id, key):
                raise IdempotencyKeyInFlight
            first = IdempotencyRecord.objects.filter(user_id=user_id, key=key).first()
            # A lease belongs to another kind of request, so its hash differs; one that expired is
            # in the way of nothing but its own request.
            if first:
                return _replay(first, request_hash)
            response = answer()
            if response.status_code < HTTPStatus.BAD_REQUEST:
                _remember(user_id, key, request_hash, response)
            else:
                transaction.set_rollback(True)
            return response

    return with_retries(attempt)


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
    if record.status is None:
        raise IdempotencyKeyInFlight
    headers = {**record.headers, "Idempotent-Replayed": "true"}
    return Response(record.body, status=record.status, headers=headers)


# Plain SQL: this runs in every command that moves money, and the ORM's share of it was two thirds.
REMEMBER = (
    f"INSERT INTO {IdempotencyRecord._meta.db_table} (user_id, key, request_hash, status, "  # noqa: S608
    "body, headers, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


def _remember(user_id: UUID, key: str, request_hash: bytes, response: Response) -> None:
    answer = _answer_of(response)
    body, headers = (orjson.dumps(answer[name]).decode() for name in ("body", "headers"))
    with connection.cursor() as cursor:
        cursor.execute(
            REMEMBER,
            [user_id, key, request_hash, answer["status"], body, headers, clock.now()],
        )


def _answer_of(response: Response) -> dict[str, Any]:
    return {
        "status": response.status_code,
        "body": orjson.loads(orjson.dumps(response.data, default=str)),
        "headers": {
            name: response.headers[name] for name in REPLAYED_HEADERS if name in response.headers
        },
    }


def _with_lease(
    user_id: UUID, key: str, request_hash: bytes, answer: Callable[[], Response]
) -> Response:
    holder = new_id()
    if first := _take_lease(user_id, key, request_hash, holder):
        return _replay(first, request_hash)
    lease = IdempotencyRecord.objects.filter(user_id=user_id, key=key, holder=holder)
    try:
        response = answer()
    except BaseException:
        lease.delete()
        raise
    if response.status_code < HTTPStatus.BAD_REQUEST:
        lease.update(holder=None, leased_until=None, **_answer_of(response))
    else:
        lease.delete()
    return response


TAKE_LEASE = f"""
    INSERT INTO {IdempotencyRecord._meta.db_table} AS record
        (user_id, key, request_hash, headers, created_at, holder, leased_until)
    VALUES (%s, %s, %s, '{{}}', clock_timestamp(), %s,
            clock_timestamp() + make_interval(secs => %s))
    ON CONFLICT (user_id, key) DO UPDATE
       SET holder = excluded.holder, leased_until = excluded.leased_until
     WHERE record.request_hash = excluded.request_hash
       AND record.leased_until < clock_timestamp()
    RETURNING id
"""  # noqa: S608 - Django's documented model API


def _take_lease(
    user_id: UUID, key: str, request_hash: bytes, holder: UUID
) -> IdempotencyRecord | None:
    """Take the lease and return nothing; or return the record that stands in the way."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_LEASE, [user_id, key, request_hash, holder, LEASE_SECONDS])
        if cursor.fetchone():
            return None
    record = IdempotencyRecord.objects.filter(user_id=user_id, key=key).first()
    if record is None:
        # Its holder failed and let go between the two statements.
        raise IdempotencyKeyInFlight
    return record
