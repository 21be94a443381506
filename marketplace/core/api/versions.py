"""``ETag`` and ``If-Match``: acting on what one has read."""

import re

from rest_framework.request import Request

from marketplace.core.errors import InvalidInput

ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def expected_version(request: Request) -> int | None:
    """The version the caller acts on; ``None`` when it does not say, or says ``*``."""
    # Empty is not "any": a client that lost the ETag must not overwrite what it never saw.
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return None
    match = ETAG.fullmatch(header)
    if match is None:
        text = 'If-Match holds one ETag of this object, such as "3".'
        raise InvalidInput(text, fields={"If-Match": [text]})
    return int(match[1])


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}
