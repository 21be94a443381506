"""Providers' reports beside our books: the overview, and what was imported."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action

from marketplace.core.admin import ReadOnlyAdmin, at_text, money_text, operator
from marketplace.core.errors import DomainError
from marketplace.payments import queries, services
from marketplace.payments.admin.reconciliation_forms import ImportForm
from marketplace.payments.models import ProviderReport, ProviderReportLine
from marketplace.payments.providers.protocol import ProviderError
from marketplace.payments.queries.get_reconciliation import AGES
from marketplace.payments.repositories.freezes import find_open_freeze

LISTING = "admin:payments_providerreport_changelist"


@admin.register(ProviderReport)
class ProviderReportAdmin(ReadOnlyAdmin):
    """The list is the overview: every provider and currency, ours and theirs."""

    ordering = ("provider",)
    actions_list = ("read_now", "import_file")

    def has_write_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("payments.import_report")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Reconciliation",
            "opts": self.model._meta,
            "providers": queries.get_reconciliation(),
            "ages": AGES,
            "grace_minutes": queries.grace_minutes(),
            "frozen": find_open_freeze(),
            "may_write": self.has_write_permission(request),
        }
        return TemplateResponse(request, "payments/admin/reconciliation.html", context)

    @action(description="Read reports now", url_path="read", permissions=["write"])  # type: ignore[untyped-decorator]
    def read_now(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            new = services.import_reports()
            services.match_reports()
            self.message_user(request, f"{new} new lines were read and compared.", messages.SUCCESS)
        return redirect(LISTING)

    @action(description="Import a file", url_path="import", permissions=["write"])  # type: ignore[untyped-decorator]
    def import_file(self, request: HttpRequest) -> HttpResponse:
        form = ImportForm(request.POST or None, request.FILES or None)
        if form.is_valid() and self._imported(request, form):
            return redirect(LISTING)
        context = {
            **self.admin_site.each_context(request),
            "title": "Import a provider's report",
            "opts": self.model._meta,
            "form": form,
            "fields": [form[name] for name in form.fields],
            "back": reverse(LISTING),
        }
        return TemplateResponse(request, "payments/admin/import_report.html", context)

    def _imported(self, request: HttpRequest, form: ImportForm) -> bool:
        file = form.cleaned_data["file"]
        try:
            done = services.import_report_file(
                provider=form.cleaned_data["provider"],
                file_format=form.cleaned_data["file_format"],
                file=file.file,
                name=file.name,
                actor=operator(request),
            )
            services.match_report(provider=form.cleaned_data["provider"])
        except (DomainError, ProviderError) as refusal:
            form.add_error("file", getattr(refusal, "detail", str(refusal)))
            return False
        text = f"{done.new} new lines, {done.known} were known before."
        self.message_user(request, text, messages.SUCCESS)
        return True


@admin.register(ProviderReportLine)
class ProviderReportLineAdmin(ReadOnlyAdmin):
    list_display = ("line_id", "provider", "kind", "amount_text", "object_id", "occurred")
    list_filter = ("provider", "kind", "currency")
    search_fields = ("line_id__exact",)
    search_help_text = "The provider's id of the line"
    ordering = ("-id",)
    amount_text = money_text("amount", "amount")

    @admin.display(description="occurred", ordering="occurred_at")
    def occurred(self, line: ProviderReportLine) -> str:
        return at_text(line.occurred_at)
