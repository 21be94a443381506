"""The admin's pages of what every service stands on: audit log, events, heartbeats."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery, UUIDField
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join

from marketplace.core.admin.parts import ReadOnlyAdmin, at_text, short_id
from marketplace.core.models import (
    AuditEntry,
    Heartbeat,
    IdempotencyRecord,
    InboxMessage,
    OutboxEvent,
)
from marketplace.core.open_items import Queue, register_queue

MOST_NAMES = 4
"""Of what an entry changed, in the list: the entry itself shows everything."""

ACTIONS = """
    WITH RECURSIVE found AS (
        (SELECT action FROM core_audit_entry ORDER BY action LIMIT 1)
        UNION ALL
        SELECT (SELECT e.action FROM core_audit_entry e WHERE e.action > found.action
                 ORDER BY e.action LIMIT 1)
          FROM found WHERE found.action IS NOT NULL
    ) SELECT action FROM found WHERE action IS NOT NULL
"""


class ActionFilter(admin.SimpleListFilter):
    """Every action that the log knows, found by one step down the index for each."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(ACTIONS)
            return [(action, action) for (action,) in cursor.fetchall()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "who", "action", "subject", "reason_text", "changes")
    list_filter = (ActionFilter,)
    list_display_links = ("at",)
    search_fields = ("subject_id",)
    search_help_text = "A whole id (of who acted or of what it was done to), or an email address"
    ordering = ("-id",)
    fields = ("at", "who", "action", "subject", "reason", "before_text", "after_text", "request_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        people = get_user_model().objects.filter(pk=OuterRef("actor_id"))
        rows: QuerySet[AuditEntry] = super().get_queryset(request)
        return rows.annotate(actor_email=Subquery(people.values("email")[:1]))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            wanted = UUID(term)
        except ValueError:
            people = get_user_model().objects.filter(email=term.lower())
            return queryset.filter(actor_id__in=list(people.values_list("pk", flat=True))), False
        return queryset.filter(Q(subject_id=wanted) | Q(actor_id=wanted)), False

    @admin.display(description="at", ordering="id")
    def at(self, entry: AuditEntry) -> str:
        return at_text(entry.occurred_at)

    @admin.display(description="who")
    def who(self, entry: AuditEntry) -> str:
        return getattr(entry, "actor_email", None) or entry.actor_name or str(entry.actor_id)

    @admin.display(description="subject")
    def subject(self, entry: AuditEntry) -> str:
        """A link where the subject has a page of its own."""
        app, _, model = entry.subject_type.partition(".")
        text = f"{model} …{short_id(entry.subject_id)}"
        try:
            is_by_id = isinstance(apps.get_model(app, model)._meta.pk, UUIDField)
            address = reverse(f"admin:{app}_{model}_change", args=[entry.subject_id])
        except (LookupError, NoReverseMatch):
            return text
        if not is_by_id:
            return text
        link = '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a>'
        return format_html(link, address, text)

    @admin.display(description="reason")
    def reason_text(self, entry: AuditEntry) -> str:
        return entry.reason if len(entry.reason) <= 80 else f"{entry.reason[:80]}…"

    @admin.display(description="what changed")
    def changes(self, entry: AuditEntry) -> str:
        names = [name.replace("_", " ") for name in sorted({*entry.before, *entry.after})]
        shown, left = names[:MOST_NAMES], len(names) - MOST_NAMES
        return ", ".join(shown) + (f" and {left} more" if left > 0 else "")

    @admin.display(description="before")
    def before_text(self, entry: AuditEntry) -> str:
        return _members(entry.before)

    @admin.display(description="after")
    def after_text(self, entry: AuditEntry) -> str:
        return _members(entry.after)


def _members(values: Mapping[str, Any]) -> str:
    rows = (
        (name.replace("_", " "), ", ".join(map(str, value)) if isinstance(value, list) else value)
        for name, value in values.items()
    )
    return format_html_join("", "<div>{}: {}</div>", rows) or "-"


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("type", "key", "occurred_at", "published_at", "attempts", "dead_at")
    list_filter = (("dead_at", admin.EmptyFieldListFilter), "type")
    search_fields = ("=key", "=event_id")
    ordering = ("-id",)


@admin.register(InboxMessage)
class InboxMessageAdmin(ReadOnlyAdmin):
    list_display = ("consumer", "event_id", "handled_at")
    search_fields = ("=event_id",)
    ordering = ("-id",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "every_seconds", "started_at", "succeeded_at", "failed_at")
    ordering = ("name",)


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin):
    """Without the answers: they hold what only the person who asked may read."""

    list_display = ("user_id", "key", "status", "created_at")
    fields = ("user_id", "key", "status", "created_at")
    search_fields = ("=user_id",)
    ordering = ("-id",)


register_queue(
    Queue(
        "Events given up",
        OutboxEvent.objects.filter(dead_at__isnull=False).count,
        "/admin/core/outboxevent/?dead_at__isempty=0",
        is_alarming=True,
    )
)
