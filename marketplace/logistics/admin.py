"""Shipping methods are an operator's to edit; what carriers said is only shown."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from marketplace.core.admin import ReadOnlyAdmin, status_label
from marketplace.core.audited_admin import AuditedAdmin
from marketplace.logistics.models import (
    CarrierWebhook,
    Shipment,
    ShippingMethod,
    ShippingRate,
    TrackingEvent,
)


class ShippingRateInline(TabularInline):
    model = ShippingRate
    extra = 0


@admin.register(ShippingMethod)
class ShippingMethodAdmin(AuditedAdmin):
    list_display = (
        "name",
        "code",
        "carrier",
        "is_tracked",
        "is_in_person",
        "strategy",
        "is_active",
    )
    list_filter = ("is_active", "strategy")
    search_fields = ("code", "name")
    ordering = ("position", "code")
    inlines = (ShippingRateInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        # Orders name the code, so it stays as it was made.
        return ("code",) if obj else ()


@admin.register(Shipment)
class ShipmentAdmin(ReadOnlyAdmin):
    list_display = ("tracking_number", "carrier", "status_text", "order_id", "created_at")
    status_text = status_label()
    list_filter = ("status", "carrier")
    search_fields = ("id__exact", "order_id__exact", "tracking_number__exact")
    ordering = ("-id",)


@admin.register(TrackingEvent)
class TrackingEventAdmin(ReadOnlyAdmin):
    list_display = ("order_id", "carrier", "kind", "occurred_at", "received_at")
    search_fields = ("order_id__exact", "carrier_event_id__exact")
    ordering = ("-id",)


@admin.register(CarrierWebhook)
class CarrierWebhookAdmin(ReadOnlyAdmin):
    list_display = (
        "event_id",
        "carrier",
        "received_at",
        "processed_at",
        "unmatched_at",
        "attempts",
    )
    list_filter = ("carrier",)
    search_fields = ("event_id__exact",)
    ordering = ("-id",)
    exclude = ("body",)
