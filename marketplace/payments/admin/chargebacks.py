"""Chargebacks: what is open, until when to answer, and whom it costs."""

from django.contrib import admin
from django.utils.safestring import SafeString

from marketplace.core.admin import ReadOnlyAdmin, status_label
from marketplace.payments.admin.display import AmountMixin, link
from marketplace.payments.models import Chargeback


@admin.register(Chargeback)
class ChargebackAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = (
        "provider_chargeback_id",
        "payment_link",
        "amount_text",
        "status_text",
        "reason",
        "respond_by_at",
        "provider",
        "created_at",
    )
    list_filter = ("status", "provider", "currency")
    status_text = status_label()
    search_fields = ("id__exact", "payment__id__exact", "provider_chargeback_id__exact")
    search_help_text = "A whole id of the chargeback or the payment, or the provider's id"
    ordering = ("-id",)
    list_select_related = False

    @admin.display(description="payment")
    def payment_link(self, row: Chargeback) -> SafeString:
        return link("payments_payment_change", row.payment_id, row.payment_id)
