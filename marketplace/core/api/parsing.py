"""JSON bodies, strictly: what PostgreSQL cannot store is refused here."""

import json
from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 32
"""Whoever writes a body again, to hash or to store it, gives up at some depth: below this never."""


class OrjsonParser(JSONParser):
    """Refuses what is not JSON (NaN, lone surrogates), NUL characters and bodies over the limit.

    And a member that is named twice: which of the two counts is left open by RFC 8259, so a guard
    before us may have read the other one.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            # Django's own limit covers forms only.
            raise RequestDataTooBig
        if b"\\u0000" in body:
            raise ParseError("The body holds a NUL character, which no text may.")
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(
                f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
            ) from None
        if isinstance(value, dict | list):
            _refuse_deep(value)
            _refuse_doubled_members(body)
        return value


def _refuse_deep(value: Any, allowed: int = MAX_DEPTH) -> None:
    if isinstance(value, dict | list):
        if allowed == 0:
            raise ParseError(f"The body is nested more than {MAX_DEPTH} levels deep.")
        for member in value.values() if isinstance(value, dict) else value:
            _refuse_deep(member, allowed - 1)


def _refuse_doubled_members(body: bytes) -> None:
    json.loads(body, object_pairs_hook=_once_each)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"The member {doubled[:100]!r} is there twice.")
    return members
