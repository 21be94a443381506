"""Letters for operators: whether they left, never what they said (it may hold a one-time key)."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from marketplace.core.admin import ReadOnlyAdmin
from marketplace.notifications.models import OutboundEmail, OutboundSms


@admin.register(OutboundEmail)
class OutboundEmailAdmin(ReadOnlyAdmin):
    list_display = ("to", "subject", "state", "attempts", "created_at", "sent_at")
    list_filter = ("state",)
    exclude = ("text", "html")
    ordering = ("-id",)
    search_fields = ("to",)
    search_help_text = "A whole email address, or a whole id"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().lower()
        if not term:
            return queryset, False
        try:
            return queryset.filter(pk=UUID(term)), False
        except ValueError:
            return queryset.filter(to=term), False


@admin.register(OutboundSms)
class OutboundSmsAdmin(ReadOnlyAdmin):
    list_display = ("to", "state", "attempts", "created_at", "sent_at")
    list_filter = ("state",)
    exclude = ("text",)
    ordering = ("-id",)
    search_fields = ("to",)
    search_help_text = "A whole telephone number, or a whole id"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(pk=UUID(term)), False
        except ValueError:
            return queryset.filter(to=term), False
