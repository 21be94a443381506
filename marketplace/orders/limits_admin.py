"""How much people of each verification level trade."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from marketplace.core import clock
from marketplace.core.audited_admin import AuditedAdmin
from marketplace.orders.models import TradingLimit


@admin.register(TradingLimit)
class TradingLimitAdmin(AuditedAdmin):
    """An edit binds later orders only. What a row leaves empty is said by the next more general
    one, and what none says is not limited. Amounts are minor units."""

    is_dangerous = True
    list_display = (
        "__str__",
        "buyer_order_minor",
        "buyer_month_minor",
        "buyer_open_orders",
        "seller_order_minor",
        "seller_month_minor",
        "seller_open_orders",
    )
    list_filter = ("verification_level", "currency")
    ordering = ("currency", "verification_level")
    readonly_fields = ("updated_at",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.updated_at = clock.now()
        super().save_model(request, obj, form, change)
