"""Lists of tables that only grow: a page begins after the row that the last one ended with.

The admin's own pages count every row and skip those before the page: at a million rows the last one
reads the whole table. Here a page is one walk down the primary key, wherever it is.
"""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest
from unfold.views import ChangeList as ThemeChangeList

from marketplace.core.admin import ReadOnlyAdmin

BEFORE = "before"


class OnePage(Paginator):  # type: ignore[type-arg] # not subscriptable at run time
    """Draws "Newest" and "Older" in place of numbers."""

    template_name = "core/admin/keyset_pages.html"


class KeysetChangeList(ThemeChangeList):  # type: ignore[misc] # the package has no types
    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        found: dict[str, Any] = super().get_filters_params(params)
        self.before = (found.pop(BEFORE, None) or [""])[-1]
        return found

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[str]:
        return ["-pk"]

    def get_results(self, request: HttpRequest) -> None:
        rows = self.queryset
        if self.before:
            try:
                rows = rows.filter(pk__lt=self.model._meta.pk.to_python(self.before))
            except ValidationError:
                self.before = ""
        found = list(rows[: self.list_per_page + 1])
        self.result_list = found[: self.list_per_page]
        self.result_count = self.full_result_count = len(self.result_list)
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all = self.multi_page = False
        self.paginator = OnePage(self.result_list, self.list_per_page)
        is_last = len(found) <= self.list_per_page
        self.newest = self.get_query_string(remove=[BEFORE]) if self.before else ""
        self.older = (
            "" if is_last else self.get_query_string({BEFORE: str(self.result_list[-1].pk)})
        )


class KeysetAdmin(ReadOnlyAdmin):
    """Newest first, by the primary key, which grows with time."""

    sortable_by = ()
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        changelist: type[ChangeList] = KeysetChangeList
        return changelist

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == BEFORE or bool(super().lookup_allowed(lookup, value, request))
