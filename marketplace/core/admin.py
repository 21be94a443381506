"""Admin pages that stay fast at a million rows, and pages that only show."""

from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

EXACT_COUNT_UP_TO = 10_000


class EstimatingPaginator(Paginator):
    """Counts exactly while that is cheap; an unfiltered large table shows PostgreSQL's estimate."""

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        query = self.object_list.query  # type: ignore[union-attr]
        if not query.where:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)",
                    [query.model._meta.db_table],
                )
                (estimate,) = cursor.fetchone() or (0,)
            if estimate and estimate > EXACT_COUNT_UP_TO:
                return int(estimate)
        return len(self.object_list.order_by().values_list("pk")[: EXACT_COUNT_UP_TO + 1])  # type: ignore[union-attr]


class FastAdmin(ModelAdmin):
    """Base of every admin page."""

    paginator = EstimatingPaginator
    show_full_result_count = False
    list_per_page = 50
    show_facets = ModelAdmin.show_facets.NEVER if hasattr(ModelAdmin.show_facets, "NEVER") else None
    compressed_fields = True
    list_filter_submit = True


class ReadOnlyAdmin(FastAdmin):
    """Shows and never changes: the ledger, events, and whatever only commands may touch."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
