"""Payments with their events, attempts and refunds."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from marketplace.core.admin import ReadOnlyAdmin, short_id, status_label
from marketplace.payments.admin.display import AmountMixin, filtered, link
from marketplace.payments.models import (
    Payment,
    PaymentAttempt,
    Refund,
)
from marketplace.payments.queries.get_payment_timeline import describe_for_operator

EVENT_CELL = '<td class="pr-6 py-3">{}</td>'


class ReadOnlyInline(TabularInline):  # type: ignore[misc] # the package has no types
    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AttemptInline(ReadOnlyInline):
    model = PaymentAttempt
    fields = ("id", "provider", "method", "status", "provider_payment_id", "failure_code")
    readonly_fields = fields


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = ("id", "source", "amount_minor", "currency", "status", "provider_refund_id")
    readonly_fields = fields


@admin.register(Payment)
class PaymentAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = (
        "order_text",
        "buyer_text",
        "seller_text",
        "amount_text",
        "status_text",
        "escrow_text",
        "payment_provider",
        "created_at",
    )
    list_filter = ("status", "escrow_status", "payment_provider", "currency")
    status_text = status_label()
    escrow_text = status_label("escrow_status", "escrow")
    search_fields = (
        "id__exact",
        "order_id__exact",
        "user__id__exact",
        "seller__id__exact",
        "provider_transaction_id__exact",
    )
    search_help_text = "Id of the payment, order, buyer, seller, or the provider's id"
    ordering = ("-id",)
    list_select_related = ("user", "seller")
    inlines = (AttemptInline, RefundInline)
    readonly_fields = ("timeline", "journals")

    @admin.display(description="order")
    def order_text(self, payment: Payment) -> str:
        return short_id(payment.order_id)

    @admin.display(description="buyer")
    def buyer_text(self, payment: Payment) -> str:
        return payment.user.email

    @admin.display(description="seller")
    def seller_text(self, payment: Payment) -> str:
        return payment.seller.email

    @admin.display(description="events")
    def timeline(self, payment: Payment) -> SafeString:
        rows = format_html_join(
            "",
            f"<tr>{EVENT_CELL * 6}</tr>",
            (
                (
                    event.version,
                    f"{event.occurred_at:%Y-%m-%d %H:%M:%S}",
                    event.type,
                    sentence,
                    event.actor,
                    bytes(event.hash).hex()[:12],
                )
                for event, sentence in describe_for_operator(payment)
            ),
        )
        return format_html(
            '<table class="w-full"><thead><tr class="text-left"><th>#</th><th>at</th><th>event</th>'
            "<th>what happened</th><th>by</th><th>hash</th></tr></thead><tbody>{}</tbody></table>",
            rows,
        )

    @admin.display(description="ledger")
    def journals(self, payment: Payment) -> SafeString:
        return filtered(
            "payments_ledgerjournal_changelist", "Journals of this order", q=payment.order_id
        )


@admin.register(Refund)
class RefundAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = (
        "created_at",
        "amount_text",
        "status_text",
        "source",
        "payment_link",
        "checks",
    )
    status_text = status_label()
    list_filter = ("status", "source", "provider")
    search_fields = ("id__exact", "payment__id__exact", "provider_refund_id__exact")
    ordering = ("-id",)
    list_select_related = False

    @admin.display(description="payment")
    def payment_link(self, refund: Refund) -> SafeString:
        return link("payments_payment_change", refund.payment_id, short_id(refund.payment_id))
