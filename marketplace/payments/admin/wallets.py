"""Wallets, statements, bank accounts and payouts."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from marketplace.core import clock
from marketplace.core.admin import FastAdmin, ReadOnlyAdmin, status_label
from marketplace.payments.admin.display import AmountMixin, filtered, money
from marketplace.payments.models import (
    BankAccount,
    Payout,
    PayoutMinimum,
    PayoutPolicy,
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


@admin.register(BankAccount)
class BankAccountAdmin(ReadOnlyAdmin):
    """Masked here, too: nobody needs to read the number."""

    list_display = ("id", "user_id", "number_kind", "masked_number", "currency", "removed_at")
    list_filter = ("currency", "number_kind")
    search_fields = ("id__exact", "user__id__exact")
    ordering = ("-id",)
    list_select_related = False
    exclude = ("account_holder_encrypted", "number_encrypted", "fingerprint")


@admin.register(Payout)
class PayoutAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = (
        "created_at",
        "user_text",
        "amount_text",
        "status_text",
        "failure_code",
        "checks",
    )
    status_text = status_label()
    list_filter = ("status", "provider", "currency")
    search_fields = ("id__exact", "user__id__exact", "provider_payout_id__exact")
    ordering = ("-id",)
    list_select_related = ("user",)
    raw_id_fields = ("bank_account", "wallet", "user")

    @admin.display(description="seller")
    def user_text(self, payout: Payout) -> str:
        return payout.user.email


@admin.register(PayoutMinimum)
class PayoutMinimumAdmin(FastAdmin):
    list_display = ("currency", "minimum_minor")


@admin.register(PayoutPolicy)
class PayoutPolicyAdmin(FastAdmin):
    """An edit binds later withdrawals only: each pinned its terms. What a row leaves empty is said
    by the next more general one."""

    list_display = (
        "__str__",
        "maximum_minor",
        "day_limit_minor",
        "month_limit_minor",
        "approval_above_minor",
        "held_sales_days",
        "reserve_bps",
        "bank_account_wait_hours",
    )
    list_filter = ("verification_level", "currency")
    ordering = ("currency", "verification_level")
    readonly_fields = ("updated_at",)

    def save_model(self, request: HttpRequest, obj: PayoutPolicy, form: Any, change: bool) -> None:
        obj.updated_at = clock.now()
        super().save_model(request, obj, form, change)
