"""Paging by cursor: stable under inserts, as fast on the last page as on the first."""

from base64 import b64decode
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from marketplace.core.errors import DomainError, ErrorKind


class InvalidCursor(DomainError):
    code = "invalid_cursor"
    kind = ErrorKind.INVALID
    title = "The cursor is not one that this list gave out"


class CursorPage(CursorPagination):
    """``?cursor=`` from ``next``/``previous``; ``?page_size=`` up to 100."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-id"
    cursor_query_description = "The place in the list, from `next` or `previous`."
    page_size_query_description = "How many to give, up to 100."

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError, TypeError, DataError):
            # DRF notices a cursor that it cannot decode; a position of the wrong type would
            # surface only in the database.
            if self.cursor_query_param in request.query_params:
                raise InvalidCursor from None
            raise

    def decode_cursor(self, request: Request) -> Cursor | None:
        given = request.query_params.get(self.cursor_query_param)
        if given is not None:
            # DRF decodes leniently, and would answer a mangled cursor with the first page.
            b64decode(given.encode("ascii"), validate=True)
        cursor: Cursor | None = super().decode_cursor(request)
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        example = "https://market.example/api/v1/orders/?cursor=cD0wMTkz"
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {
                    **link,
                    "description": "The page after this one, if there is one.",
                    "example": example,
                },
                "previous": {
                    **link,
                    "description": "The page before this one, if there is one.",
                    "example": None,
                },
                "results": schema,
            },
        }
