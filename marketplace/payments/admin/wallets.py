"""Wallets with the money in them, and the lines of their statements."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.safestring import SafeString

from marketplace.core.admin import ReadOnlyAdmin, at_text, table, with_reason
from marketplace.core.desk import asks_again
from marketplace.core.ids import new_id
from marketplace.payments import services
from marketplace.payments.admin.display import AmountMixin, filtered, money, operator
from marketplace.payments.admin.ledger_links import in_a_row, statement_of
from marketplace.payments.admin.receivables import show_receivables
from marketplace.payments.models import LedgerAccount, LedgerBalance, Transaction, Wallet
from marketplace.payments.queries import get_wallets, list_receivables
from marketplace.payments.snapshots import WalletSnapshot


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    list_display = ("id", "user_text", "balance_text", "is_active", "statement")
    list_filter = ("currency", "is_active")
    search_fields = ("id__exact", "user__id__exact")
    ordering = ("-id",)
    list_select_related = ("user",)
    fieldsets = (
        (None, {"fields": (("user", "is_active"), "money_in_it", "holds", "about")}),
        ("More", {"fields": ("id", "currency", "created_at", "updated_at")}),
    )
    readonly_fields = ("money_in_it", "holds", "about")
    actions = ("suspend", "reinstate", "write_off")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wallet]:
        code = Concat(Value("user:"), Cast("user_id", CharField()), Value(":wallet"))
        account = LedgerBalance.objects.filter(
            account__code=OuterRef("code"), account__currency=OuterRef("currency")
        )
        wallets: QuerySet[Wallet] = super().get_queryset(request)
        balance = Subquery(account.values("balance_minor")[:1])
        return wallets.alias(code=code).annotate(balance_minor=Coalesce(balance, Value(0)))

    def has_suspend_permission(self, request: HttpRequest) -> bool:
        return operator(request).may("payments.suspend_wallet")

    def has_write_off_permission(self, request: HttpRequest) -> bool:
        by = operator(request)
        return by.may("payments.write_off_receivable") and by.may("payments.view_receivable")

    def get_urls(self) -> list[Any]:
        receivables = path(
            "receivables/",
            self.admin_site.admin_view(self.receivables),
            name="payments_wallet_receivables",
        )
        return [receivables, *super().get_urls()]

    def receivables(self, request: HttpRequest) -> HttpResponse:
        if not operator(request).may("payments.view_receivable"):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "opts": self.model._meta}
        return show_receivables(request, context)

    @admin.action(description="Suspend, with a reason", permissions=["suspend"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[Wallet]) -> HttpResponse | None:
        def run(wallet: Wallet, reason: str) -> None:
            services.suspend_wallet(wallet_id=wallet.id, actor=operator(request), reason=reason)

        return with_reason(
            self,
            request,
            queryset,
            action="suspend",
            title="Suspend wallets",
            explanation="Nothing is paid or withdrawn; what is owed still arrives.",
            run=run,
        )

    @admin.action(description="Reinstate, with a reason", permissions=["suspend"])
    def reinstate(self, request: HttpRequest, queryset: QuerySet[Wallet]) -> HttpResponse | None:
        def run(wallet: Wallet, reason: str) -> None:
            services.reinstate_wallet(wallet_id=wallet.id, actor=operator(request), reason=reason)

        return with_reason(
            self,
            request,
            queryset,
            action="reinstate",
            title="Reinstate wallets",
            explanation="The wallet can be used again.",
            run=run,
        )

    @admin.action(description="Write off what the seller owes", permissions=["write_off"])
    @asks_again
    def write_off(self, request: HttpRequest, queryset: QuerySet[Wallet]) -> HttpResponse | None:
        def run(wallet: Wallet, reason: str) -> None:
            by = operator(request)
            for owed in list_receivables(actor=by, seller_id=wallet.user_id):
                if owed.amount.currency == wallet.currency:
                    services.write_off_receivable(
                        write_off_id=new_id(),
                        seller_id=wallet.user_id,
                        amount=owed.amount,
                        actor=by,
                        reason=reason,
                    )

        return with_reason(
            self,
            request,
            queryset,
            action="write_off",
            title="Write off what is owed",
            explanation="What the seller owes becomes the platform's loss.",
            run=run,
        )

    @admin.display(description="user")
    def user_text(self, wallet: Wallet) -> str:
        return wallet.user.email

    @admin.display(description="balance")
    def balance_text(self, wallet: Any) -> str:
        return money(wallet.balance_minor, wallet.currency)

    @admin.display(description="statement")
    def statement(self, wallet: Wallet) -> SafeString:
        return filtered("payments_transaction_changelist", "Lines", q=wallet.id)

    @admin.display(description="money")
    def money_in_it(self, wallet: Wallet) -> str:
        """What the owner sees of it, by the same query."""
        shown = _snapshot(wallet)
        heads = (
            "Balance",
            "Of it available",
            "Of it on hold",
            "On its way to a bank",
            "In escrow",
            "Owed",
        )
        row = (
            shown.balance,
            shown.available,
            shown.on_hold,
            shown.reserved,
            shown.pending,
            shown.owed,
        )
        return table(heads, [row])

    @admin.display(description="on hold")
    def holds(self, wallet: Wallet) -> str:
        holds = _snapshot(wallet).holds
        rows = [
            (hold.amount, hold.reason.replace("_", " ").lower(), at_text(hold.available_at))
            for hold in holds
        ]
        return table(("Amount", "Why", "Free from"), rows) if rows else "-"

    @admin.display(description="about")
    def about(self, wallet: Wallet) -> SafeString | str:
        return in_a_row(self._links(wallet))

    def _links(self, wallet: Wallet) -> Iterator[SafeString]:
        yield self.statement(wallet)
        yield filtered("payments_payout_changelist", "Payouts", q=wallet.user_id)
        yield filtered("payments_payment_changelist", "Payments", q=wallet.user_id)
        names = {f"user:{wallet.user_id}:wallet": "Account in the books"}
        names[f"seller:{wallet.user_id}:receivable"] = "What is owed"
        for account in LedgerAccount.objects.filter(code__in=names, currency=wallet.currency):
            yield statement_of(account.pk, names[account.code])


def _snapshot(wallet: Wallet) -> WalletSnapshot:
    found = get_wallets(user_id=wallet.user_id)
    return next(one for one in found if one.currency == wallet.currency)


@admin.register(Transaction)
class TransactionAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = ("created_at", "type", "amount_text", "change_text", "status", "wallet_id")
    list_filter = ("type", "status", "currency")
    search_fields = ("id__exact", "wallet__id__exact", "payment__id__exact", "subject_id__exact")
    ordering = ("-id",)
    list_select_related = False

    @admin.display(description="change of the wallet")
    def change_text(self, line: Transaction) -> str:
        return money(line.wallet_change_minor, line.currency)
