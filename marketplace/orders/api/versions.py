"""``If-Match`` and ``ETag``: an order's version over HTTP."""

from rest_framework.request import Request

from marketplace.core.errors import InvalidInput

MAX_DIGITS = 9


def etag(version: int) -> str:
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """The version that the caller has seen; None when it does not matter (no header, or ``*``)."""
    # Empty is not "any": a client that lost the ETag must not overwrite what it never saw.
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return None
    digits = header.removeprefix('"').removesuffix('"')
    if header != f'"{digits}"' or not (digits.isascii() and digits.isdigit()):
        raise InvalidInput('If-Match takes one ETag as it was given out, such as "3".')
    # A number that no version can have is stale, not malformed.
    return int(digits[:MAX_DIGITS])
