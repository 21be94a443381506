"""What providers told us."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace.core.admin import ReadOnlyAdmin, operator, with_reason
from marketplace.payments import services
from marketplace.payments.models import (
    ProviderWebhook,
)


@admin.register(ProviderWebhook)
class ProviderWebhookAdmin(ReadOnlyAdmin):
    list_display = ("id", "provider", "type", "object_id", "state", "outcome", "received_at")
    list_filter = ("state", "provider", "type")
    search_fields = ("provider_event_id__exact", "object_id__exact")
    search_help_text = "The provider's id of the event or the object"
    ordering = ("-id",)
    exclude = ("raw_body",)
    readonly_fields = ("raw",)
    actions = ("reprocess",)

    @admin.display(description="raw body")
    def raw(self, webhook: ProviderWebhook) -> SafeString:
        body = bytes(webhook.raw_body).decode("utf-8", errors="replace")
        return format_html("<pre style='white-space: pre-wrap'>{}</pre>", body)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderWebhook]:
        rows: QuerySet[ProviderWebhook] = super().get_queryset(request)
        return rows.defer("raw_body")

    def has_reprocess_permission(self, request: HttpRequest) -> bool:
        return operator(request).may("payments.reprocess_webhook")

    @admin.action(description="Process again, with a reason", permissions=["reprocess"])
    def reprocess(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        def run(webhook: ProviderWebhook, reason: str) -> None:
            services.reprocess_webhook(
                webhook_id=webhook.id, actor=operator(request), reason=reason
            )

        return with_reason(
            self,
            request,
            queryset,
            action="reprocess",
            title="Process again",
            explanation="The provider is asked once more about what these say.",
            run=run,
        )
