"""How differences were ended, and what waits for a second person."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from marketplace.core.admin import ReadOnlyAdmin, at_text, money_text, operator
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.core.open_items import Queue, register_queue
from marketplace.payments import services
from marketplace.payments.admin.display import link
from marketplace.payments.models import ItemResolution, ResolutionStatus


@admin.register(ItemResolution)
class ItemResolutionAdmin(ReadOnlyAdmin):
    list_display = ("proposed", "kind", "amount_text", "provider", "by", "status_text")
    list_filter = ("status", "kind", "provider")
    ordering = ("-proposed_at",)
    list_select_related = ("proposed_by", "decided_by")
    amount_text = money_text("amount", "amount")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("status_text", "kind"),
                    ("amount_text", "provider"),
                    "item_link",
                    "reason",
                    ("proposed", "by"),
                    ("decided", "decided_by_text"),
                    "journal_link",
                )
            },
        ),
    )
    actions_detail = ("agree", "reject")

    @display(  # type: ignore[untyped-decorator]
        description="state",
        label={"Waits for a second person": "warning", "Done": "success", "Rejected": ""},
    )
    def status_text(self, row: ItemResolution) -> str:
        waits = row.status == ResolutionStatus.PROPOSED
        return "Waits for a second person" if waits else row.get_status_display()

    @admin.display(description="proposed", ordering="proposed_at")
    def proposed(self, row: ItemResolution) -> str:
        return at_text(row.proposed_at)

    @admin.display(description="by")
    def by(self, row: ItemResolution) -> str:
        return row.proposed_by.email

    @admin.display(description="decided")
    def decided(self, row: ItemResolution) -> str:
        return at_text(row.decided_at)

    @admin.display(description="second person")
    def decided_by_text(self, row: ItemResolution) -> str:
        return row.decided_by.email if row.decided_by else "-"

    @admin.display(description="item")
    def item_link(self, row: ItemResolution) -> SafeString:
        return link("payments_reconciliationitem_change", row.item_id, f"Item {row.item_id}")

    @admin.display(description="journal")
    def journal_link(self, row: ItemResolution) -> SafeString | str:
        if row.journal_id is None:
            return "none"
        return link("payments_ledgerjournal_change", row.journal_id, row.journal_id)

    def has_write_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("payments.resolve_item")

    @action(description="Agree", url_path="agree", permissions=["write"])  # type: ignore[untyped-decorator]
    def agree(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._decide(request, object_id, agrees=True)

    @action(description="Reject", url_path="reject", permissions=["write"])  # type: ignore[untyped-decorator]
    def reject(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._decide(request, object_id, agrees=False)

    def _decide(self, request: HttpRequest, object_id: UUID, *, agrees: bool) -> HttpResponse:
        back = reverse("admin:payments_itemresolution_change", args=[object_id])
        if request.method == "POST":
            try:
                services.decide_item_resolution(
                    resolution_id=object_id, actor=operator(request), agrees=agrees
                )
            except DomainError as refusal:
                self.message_user(request, refusal.detail, messages.ERROR)
            else:
                text = "Carried out." if agrees else "Rejected."
                self.message_user(request, text, messages.SUCCESS)
            return redirect(back)
        row = ItemResolution.objects.select_related("proposed_by").filter(id=object_id).first()
        context = {
            **self.admin_site.each_context(request),
            "title": "Agree to this" if agrees else "Reject this",
            "opts": self.model._meta,
            "row": row,
            "amount": row and Money(row.amount_minor, row.currency),
            "verb": "Agree and carry it out" if agrees else "Reject",
            "back": back,
        }
        return TemplateResponse(request, "payments/admin/decide_resolution.html", context)


register_queue(
    Queue(
        "Differences to agree to",
        ItemResolution.objects.filter(status="PROPOSED").count,
        "/admin/payments/itemresolution/?status__exact=PROPOSED",
    )
)
