"""Wallets, statements, bank accounts and payouts."""

from django.contrib import admin
from django.utils.safestring import SafeString

from marketplace.core.admin import ReadOnlyAdmin
from marketplace.payments.admin.display import AmountMixin, filtered, money
from marketplace.payments.models import (
    Transaction,
    Wallet,
)


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    list_display = ("id", "user_id", "currency", "is_active", "statement")
    list_filter = ("currency", "is_active")
    search_fields = ("id__exact", "user__id__exact")
    ordering = ("-id",)
    list_select_related = False

    @admin.display(description="statement")
    def statement(self, wallet: Wallet) -> SafeString:
        return filtered("payments_transaction_changelist", "Lines", q=wallet.id)


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
