"""Paging by cursor: stable under inserts, as fast on the last page as on the first."""

from rest_framework.pagination import CursorPagination


class CursorPage(CursorPagination):
    """``?cursor=`` from ``next``/``previous``; ``?page_size=`` up to 100."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-id"
