"""Orders for operators: read in full, changed through the same commands as everybody else's."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from marketplace.core.actor import Actor
from marketplace.core.admin import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    ReasonForm,
    at_text,
    money_text,
    operator,
    short_id,
    status_label,
    table,
    words,
)
from marketplace.core.audited_admin import AuditedAdmin
from marketplace.core.desk import asks_again
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.core.open_items import Queue, register_queue
from marketplace.orders import limits_admin, services  # noqa: F401 # registers its page
from marketplace.orders.models import (
    CancellationRequest,
    Checkout,
    Deadline,
    EscrowPolicy,
    Order,
    OrderEvent,
    OrderHistoryEntry,
    OrderItem,
    SweepOutage,
)
from marketplace.payments.snapshots import CommissionTerms

MAX_TIMELINE_ROWS = 200


class RefundForm(ReasonForm):
    """The amount is always typed: nothing stands for all of it."""

    amount = forms.CharField(
        max_length=20, widget=UnfoldAdminTextInputWidget(), label="Amount, in the order's currency"
    )
    field_order = ("amount", "reason")


def _refund(order_id: UUID, by: Actor, said: Mapping[str, str]) -> None:
    currency = Order.objects.values_list("currency", flat=True).get(id=order_id)
    services.refund_order(
        order_id=order_id,
        actor=by,
        amount=Money.from_decimal(said["amount"], currency),
        reason=said["reason"],
    )


OPERATIONS: dict[
    str, tuple[str, type[ReasonForm], Callable[[UUID, Actor, Mapping[str, str]], Any]]
] = {
    "deliver": (
        "Record the delivery",
        ReasonForm,
        lambda order_id, by, said: services.record_delivery(
            order_id=order_id, actor=by, note=said["reason"]
        ),
    ),
    "cancel": (
        "Cancel the order",
        ReasonForm,
        lambda order_id, by, said: services.cancel_order(
            order_id=order_id, actor=by, reason=said["reason"]
        ),
    ),
    "refund": ("Refund the order", RefundForm, _refund),
}


class ItemInline(ReadOnlyInline):
    model = OrderItem
    unit_price = money_text("unit_price", "each")
    total_price = money_text("total_price", "together")
    fields = ("product", "quantity", "unit_price", "total_price")


class DeadlineInline(ReadOnlyInline):
    model = Deadline
    fields = (
        "kind",
        "due_at",
        "next_attempt_at",
        "acted_at",
        "voided_at",
        "attempts",
        "last_error",
    )


class RequestInline(ReadOnlyInline):
    model = CancellationRequest
    fields = ("status", "reason", "answer", "created_at", "closed_at")


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "buyer",
        "seller",
        "total",
        "status_text",
        "tracking_number",
        "frozen",
        "created_at",
    )
    status_text = status_label()
    list_filter = ("status", "currency", "is_tracked")
    list_select_related = ("buyer", "seller")
    search_fields = ("id__exact", "payment__id__exact", "tracking_number__exact")
    search_help_text = "A whole order id, payment id or tracking number"
    ordering = ("-id",)
    inlines = (ItemInline, DeadlineInline, RequestInline)
    subtotal_text = money_text("subtotal")
    shipping_text = money_text("shipping_cost", "shipping")
    tax_text = money_text("tax")
    buyer_fee_text = money_text("buyer_fee", "buyer's share of the commission")
    total_text = money_text("total")
    fieldsets = (
        (None, {"fields": ("id", ("status", "created_at"), ("buyer", "seller"), "checkout")}),
        (
            "Money",
            {
                "fields": (
                    ("subtotal_text", "shipping_text"),
                    ("tax_text", "buyer_fee_text"),
                    ("total_text", "commission"),
                    "payment",
                )
            },
        ),
        (
            "Shipping",
            {
                "fields": (
                    ("shipping_method", "carrier"),
                    ("is_tracked", "is_in_person"),
                    "tracking_number",
                    ("address", "notes"),
                )
            },
        ),
        ("What happened", {"fields": ("timeline", "exceptions")}),
        ("Terms pinned at the sale", {"fields": ("terms",), "classes": ("collapse",)}),
    )
    readonly_fields = (
        "subtotal_text",
        "shipping_text",
        "tax_text",
        "buyer_fee_text",
        "total_text",
        "commission",
        "address",
        "timeline",
        "exceptions",
        "terms",
    )
    actions_detail = ("record_delivery", "cancel_order", "refund_order")

    @admin.display(description="order", ordering="id")
    def number(self, order: Order) -> str:
        return short_id(order.id)

    @admin.display(description="frozen", boolean=True)
    def frozen(self, order: Order) -> bool:
        return order.is_frozen

    @admin.display(description="commission")
    def commission(self, order: Order) -> str:
        terms = CommissionTerms.from_json(order.commission_terms)
        return f"{terms.commission}, taken at release. {terms.explanation}"

    @admin.display(description="address")
    def address(self, order: Order) -> str:
        return words(order.shipping_address)

    @admin.display(description="terms")
    def terms(self, order: Order) -> str:
        return words(order.escrow_terms)

    @admin.display(description="exceptions")
    def exceptions(self, order: Order) -> str:
        """What is not as usual, and since when."""
        unusual = {
            f"Frozen ({order.frozen_reason})": order.frozen_at,
            "Cancellation asked for": order.cancellation_requested_at,
            "No scan by the carrier": order.scan_overdue_at,
            f"Cancelled: {order.get_cancel_reason_display()}": order.cancelled_at,
        }
        return words({name: at_text(at) for name, at in unusual.items() if at}) or "-"

    @admin.display(description="timeline")
    def timeline(self, order: Order) -> str:
        rows = OrderEvent.objects.filter(order_id=order.id).order_by("version", "id")
        return table(
            ("when", "what", "by", "status", "note"),
            (
                (
                    at_text(row.occurred_at),
                    row.command.replace("_", " "),
                    row.party.lower(),
                    row.to_status.replace("_", " ").lower(),
                    row.note,
                )
                for row in rows[:MAX_TIMELINE_ROWS]
            ),
        )

    def has_deliver_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("orders.record_delivery")

    def has_cancel_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("orders.cancel_order")

    def has_refund_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("orders.refund_order")

    @action(description="Record delivery", url_path="deliver", permissions=["deliver"])  # type: ignore[untyped-decorator]
    def record_delivery(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._ask_reason(request, UUID(str(object_id)), "deliver")

    @action(description="Cancel", url_path="cancel", permissions=["cancel"])  # type: ignore[untyped-decorator]
    def cancel_order(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._ask_reason(request, UUID(str(object_id)), "cancel")

    @action(description="Refund", url_path="refund", permissions=["refund"])  # type: ignore[untyped-decorator]
    @asks_again
    def refund_order(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._ask_reason(request, UUID(str(object_id)), "refund")

    def _ask_reason(self, request: HttpRequest, order_id: UUID, name: str) -> HttpResponse:
        """A page between choosing and doing: nothing happens without a reason."""
        if not getattr(self, f"has_{name}_permission")(request):
            raise PermissionDenied
        title, form_class, command = OPERATIONS[name]
        back = reverse("admin:orders_order_change", args=[order_id])
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            by = operator(request)
            try:
                command(order_id, by, form.cleaned_data)
            except DomainError as refusal:
                messages.error(request, refusal.detail)
            else:
                messages.success(request, f"{title}: done.")
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{title} {order_id}",
            "form": form,
            "verb": title,
            "back": back,
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "admin/orders/reason.html", context)


@admin.register(EscrowPolicy)
class EscrowPolicyAdmin(AuditedAdmin):
    is_dangerous = True
    list_display = (
        "__str__",
        "pay_within_minutes",
        "ship_within_business_days",
        "inspection_tracked_hours",
        "inspection_untracked_hours",
        "updated_at",
    )
    list_select_related = ("category",)
    readonly_fields = ("updated_at",)
    ordering = ("id",)


@admin.register(Checkout)
class CheckoutAdmin(ReadOnlyAdmin):
    list_display = ("id", "buyer", "created_at")
    list_select_related = ("buyer",)
    search_fields = ("id__exact",)
    ordering = ("-id",)


@admin.register(Deadline)
class DeadlineAdmin(ReadOnlyAdmin):
    list_display = ("order_id", "kind", "due_at", "acted_at", "voided_at", "attempts", "last_error")
    list_filter = ("kind",)
    search_fields = ("order__id__exact",)
    ordering = ("-id",)


@admin.register(OrderEvent)
class OrderEventAdmin(ReadOnlyAdmin):
    list_display = ("order_id", "version", "command", "party", "to_status", "occurred_at")
    search_fields = ("order_id__exact",)
    ordering = ("-id",)


@admin.register(OrderHistoryEntry)
class OrderHistoryEntryAdmin(ReadOnlyAdmin):
    list_display = ("order_id", "status", "title", "total_minor", "currency", "version")
    search_fields = ("order_id__exact",)
    ordering = ("-order_id",)


@admin.register(SweepOutage)
class SweepOutageAdmin(ReadOnlyAdmin):
    list_display = ("began_at", "ended_at", "created_at")
    ordering = ("-id",)


OPEN_REQUESTS = CancellationRequest.objects.filter(status="OPEN")
register_queue(Queue("Cancellations asked for", OPEN_REQUESTS.count, "/admin/orders/order/"))
