"""What fills wallets, what crosses currencies, and what limits both."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action

from marketplace.core.admin import ReadOnlyAdmin, status_label, with_reason
from marketplace.core.audited_admin import AuditedAdmin
from marketplace.core.desk import asks_again
from marketplace.payments import services
from marketplace.payments.admin.display import AmountMixin, link, money, operator
from marketplace.payments.admin.exchange_form import exchange
from marketplace.payments.models import (
    CurrencyExchange,
    HoldingLimit,
    TopUp,
    TopUpLimit,
    WalletDecision,
)


@admin.register(TopUp)
class TopUpAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = (
        "created_at",
        "user_text",
        "amount_text",
        "status_text",
        "credited_at",
        "failure_code",
        "checks",
    )
    status_text = status_label()
    list_filter = ("status", "provider", "method", "currency")
    search_fields = ("id__exact", "user__id__exact", "provider_payment_id__exact")
    ordering = ("-id",)
    list_select_related = ("user",)
    raw_id_fields = ("wallet", "user")
    exclude = ("head_hash",)

    @admin.display(description="user")
    def user_text(self, top_up: TopUp) -> str:
        return top_up.user.email


@admin.register(CurrencyExchange)
class CurrencyExchangeAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "user_text", "sold", "bought", "rate", "reversed_at")
    list_filter = ("sold_currency", "bought_currency")
    search_fields = ("id__exact", "user__id__exact")
    ordering = ("-id",)
    list_select_related = ("user",)
    fields = (
        ("user", "created_at"),
        ("sold", "bought"),
        ("rate", "reversed_at"),
        "reason",
        "journal_link",
    )
    actions = ("reverse",)
    actions_list = ("exchange",)

    def has_exchange_permission(self, request: HttpRequest, *_: object) -> bool:
        return operator(request).may("payments.exchange_currency")

    @action(description="Exchange currency", url_path="exchange", permissions=["exchange"])  # type: ignore[untyped-decorator]
    @asks_again
    def exchange(self, request: HttpRequest) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.model._meta}
        return exchange(request, context)

    @admin.display(description="user")
    def user_text(self, exchange: CurrencyExchange) -> str:
        return exchange.user.email

    @admin.display(description="journal")
    def journal_link(self, exchange: CurrencyExchange) -> SafeString:
        return link("payments_ledgerjournal_change", exchange.journal_id, exchange.journal_id)

    @admin.display(description="sold")
    def sold(self, exchange: CurrencyExchange) -> str:
        return money(exchange.sold_minor, exchange.sold_currency)

    @admin.display(description="bought")
    def bought(self, exchange: CurrencyExchange) -> str:
        return money(exchange.bought_minor, exchange.bought_currency)

    @admin.action(description="Take back, with a reason", permissions=["exchange"])
    @asks_again
    def reverse(
        self, request: HttpRequest, queryset: QuerySet[CurrencyExchange]
    ) -> HttpResponse | None:
        def run(exchange: CurrencyExchange, reason: str) -> None:
            services.reverse_exchange(
                exchange_id=exchange.id, reason=reason, actor=operator(request)
            )

        return with_reason(
            self,
            request,
            queryset,
            action="reverse",
            title="Take exchanges back",
            explanation="The exact opposite is booked; what was bought must still be there.",
            run=run,
        )


@admin.register(WalletDecision)
class WalletDecisionAdmin(ReadOnlyAdmin):
    list_display = ("decided_at", "wallet_id", "is_active", "reason", "decided_by_id")
    list_filter = ("is_active",)
    search_fields = ("wallet__id__exact", "decided_by__id__exact")
    ordering = ("-id",)
    list_select_related = False


@admin.register(TopUpLimit)
class TopUpLimitAdmin(AuditedAdmin):
    is_dangerous = True
    list_display = ("currency", "minimum_minor", "maximum_minor", "per_day_minor")


@admin.register(HoldingLimit)
class HoldingLimitAdmin(AuditedAdmin):
    """A change binds later captures only: every payment keeps its date."""

    is_dangerous = True
    list_display = ("provider", "country", "currency", "days", "note")
    list_filter = ("provider",)
    ordering = ("provider", "country", "currency")
