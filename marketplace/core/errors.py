"""Domain errors: what a service may refuse, without a word about HTTP.

A service raises a subclass of :class:`DomainError`; only ``marketplace.core.api`` knows which HTTP
status each kind becomes (RFC 9457 problem details).
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar


class ErrorKind(StrEnum):
    """Why a command was refused, in the widest terms a client can act on."""

    INVALID = "invalid"
    """The input is malformed."""
    RULE = "rule"
    """The input is well formed and a business rule refuses it."""
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    """The object's present state forbids the command."""
    STALE = "stale"
    """The caller acted on an older version than the present one."""
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"


FieldErrors = Mapping[str, Sequence[str]]


class DomainError(Exception):
    """Base of every refusal.

    ``code`` is stable and machine readable, ``title`` is the same for every occurrence, ``detail``
    says what happened this time and what to do. ``fields`` names the input fields at fault, and
    ``extra`` holds further members of the problem document (JSON values only).
    """

    code: ClassVar[str] = "error"
    kind: ClassVar[ErrorKind] = ErrorKind.RULE
    title: ClassVar[str] = "The request was refused"

    def __init__(
        self, detail: str = "", *, fields: FieldErrors | None = None, **extra: Any
    ) -> None:
        self.detail = detail or self.title
        self.fields: FieldErrors = fields or {}
        self.extra = extra
        super().__init__(self.detail)


class InvalidInput(DomainError):
    code = "invalid_input"
    kind = ErrorKind.INVALID
    title = "The input is not valid"


class NotFound(DomainError):
    """The object does not exist, or this actor may not know that it does."""

    code = "not_found"
    kind = ErrorKind.NOT_FOUND
    title = "Not found"

    def __init__(self, noun: str = "object") -> None:
        super().__init__(f"There is no such {noun}, or it is not visible to you.")


class Forbidden(DomainError):
    """The actor sees the object and still may not do this."""

    code = "forbidden"
    kind = ErrorKind.FORBIDDEN
    title = "You may not do this"


class StaleVersion(DomainError):
    code = "stale_version"
    kind = ErrorKind.STALE
    title = "The object has changed since you read it"

    def __init__(self, *, expected: int, actual: int) -> None:
        super().__init__(
            f"You acted on version {expected}; the present version is {actual}. Read it again.",
            expected_version=expected,
            actual_version=actual,
        )


class Unavailable(DomainError):
    code = "unavailable"
    kind = ErrorKind.UNAVAILABLE
    title = "Try again in a moment"
