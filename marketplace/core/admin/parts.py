"""Admin pages that stay fast at a million rows, and pages that only show."""

import copy
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from marketplace.core.actor import Actor, Role
from marketplace.core.admin.large_tables import (
    EstimatingPaginator,
    id_lookup,
    of_id,
    with_seen_values,
)
from marketplace.core.audit import subject_id_of
from marketplace.core.money import Money

Page = Callable[..., HttpResponse]

WAITING, MOVING, DONE, WRONG = "warning", "info", "success", "danger"
STATUS_COLOURS = {
    # Somebody or something is waited for.
    **dict.fromkeys(("PENDING_PAYMENT", "PENDING", "UNDER_REVIEW", "OPEN", "UNKNOWN"), WAITING),
    # On its way.
    **dict.fromkeys(
        ("PAYMENT_RECEIVED", "PROCESSING", "SHIPPED", "DELIVERED", "IN_ESCROW", "IN_TRANSIT"),
        MOVING,
    ),
    **dict.fromkeys(("REQUESTED", "SENT", "SUBMITTED", "STARTED", "CREATED"), MOVING),
    **dict.fromkeys(("COMPLETED", "RELEASED", "PAID", "SUCCEEDED", "ACTIVE", "VERIFIED"), DONE),
    **dict.fromkeys(("FAILED", "RETURNED", "DECLINED", "SUSPENDED"), WRONG),
    # Over, neither well nor badly.
    **dict.fromkeys(("CANCELLED", "REFUNDED", "INACTIVE", "DRAFT", "UNVERIFIED", "CLOSED"), ""),
}


def status_label(field: str = "status", title: str = "") -> Any:
    """A column that shows a status in words, as a label whose colour says how it stands."""

    @display(  # type: ignore[untyped-decorator]
        description=title or field.replace("_", " "),
        ordering=field,
        label=STATUS_COLOURS,
    )
    def label(page: Any, row: Any) -> tuple[str, str] | None:
        value = getattr(row, field)
        return (value, value.replace("_", " ").capitalize()) if value else None

    return label


def operator(request: HttpRequest) -> Actor:
    """Who acts; the admin lets nobody in who is not staff, the commands ask for an operator."""
    user: Any = request.user
    roles = {Role(role) for role in user.roles}
    if user.is_superuser:
        roles.add(Role.ADMIN)
    return Actor.user(UUID(str(user.pk)), *roles, permissions=user.held_permissions)


class ReasonForm(forms.Form):
    """Asked between choosing and doing."""

    reason = forms.CharField(
        max_length=1000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), label="Reason"
    )


def money_text(field: str, title: str = "") -> Any:
    """An amount of the row in its currency, for ``<field>_minor``."""

    @admin.display(description=title or field.replace("_", " "), ordering=f"{field}_minor")
    def text(page: Any, row: Any) -> str:
        return str(Money(getattr(row, f"{field}_minor"), row.currency))

    return text


def words(members: Mapping[str, Any]) -> str:
    """The members of a small JSON object, a line each."""
    return format_html_join(
        "",
        "<div>{}: {}</div>",
        ((name.replace("_", " ").capitalize(), value) for name, value in members.items() if value),
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table inside a page, which scrolls by itself where it is too wide."""
    cell = '<td class="py-2 pr-6 align-top">{}</td>'
    # The grid's only column may shrink to nothing, so the table never widens the page.
    return format_html(
        '<div class="grid grid-cols-1"><div class="overflow-x-auto"><table class="w-full"><thead>'
        '<tr class="text-left">{}</tr></thead><tbody>{}</tbody></table></div></div>',
        format_html_join(
            "", '<th class="pb-2 pr-6 whitespace-nowrap">{}</th>', ((head,) for head in heads)
        ),
        format_html_join("", f"<tr>{cell * len(heads)}</tr>", rows),
    )


def at_text(moment: datetime | None) -> str:
    """A moment to the second that does not break over lines."""
    if moment is None:
        return "-"
    return format_html('<span class="whitespace-nowrap">{}</span>', f"{moment:%Y-%m-%d %H:%M:%S}")


def short_id(value: object) -> str:
    """The end of an id: ids of one moment begin alike."""
    return str(value)[-8:]


class FastAdmin(ModelAdmin):
    """Base of every admin page; a row's history is what staff did to it, from the audit log."""

    paginator = EstimatingPaginator
    show_full_result_count = False
    list_per_page = 50
    show_facets = ModelAdmin.show_facets.NEVER
    compressed_fields = True
    list_filter_submit = True

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return with_seen_values(self.model, super().get_list_filter(request))

    def get_urls(self) -> list[URLPattern]:
        """No page of a row, ours or Django's, is asked for an id that is none."""
        urls: list[URLPattern] = super().get_urls()
        for url in urls:
            url.callback = self._of_a_row(url.callback)
        return urls

    def _of_a_row(self, page: Page) -> Page:
        """404 where ``object_id`` could be the key of no row."""

        @functools.wraps(page)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            if "object_id" in named:
                try:
                    self.model._meta.pk.clean(unquote(named["object_id"]), None)
                except ValidationError:
                    raise Http404 from None
            return page(request, *args, **named)

        return guarded

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A whole id is looked up as an id, by its index; Django would compare each row's text.

        What is found as an id is searched for no further.
        """
        fields = [str(field) for field in self.get_search_fields(request)]
        ids = {field: id_lookup(self.model, field) for field in fields}
        if not (any(ids.values()) and search_term):
            found, may_repeat = super().get_search_results(request, queryset, search_term)
            return found, may_repeat
        found = of_id(queryset, [lookup for lookup in ids.values() if lookup], search_term)
        others = copy.copy(self)
        others.search_fields = [field for field in fields if not ids[field]]
        if not others.search_fields or found.exists():
            return found, False
        found, may_repeat = super(FastAdmin, others).get_search_results(
            request, queryset, search_term
        )
        return found, may_repeat

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        subject_id = "" if row is None else subject_id_of(row.pk)
        return redirect(f"{reverse('admin:core_auditentry_changelist')}?subject_id={subject_id}")


class ReadOnlyAdmin(FastAdmin):
    """Shows and never changes: the ledger, events, and whatever only commands may touch."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Rows of another table on a page that only shows."""

    extra = 0
    can_delete = False
    show_change_link = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Named one by one: for inlines Django builds a form of whatever is not.
        return self.fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who sees the page sees its rows."""
        return True

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False
