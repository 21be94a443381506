"""What holds for payouts, and what was made on schedule."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from marketplace.core import clock
from marketplace.core.admin import ReadOnlyAdmin
from marketplace.core.audited_admin import AuditedAdmin
from marketplace.payments.admin.display import AmountMixin, filtered, money
from marketplace.payments.models import (
    PayoutBatch,
    PayoutBatchItem,
    PayoutMinimum,
    PayoutPolicy,
    PayoutSchedule,
)


@admin.register(PayoutMinimum)
class PayoutMinimumAdmin(AuditedAdmin):
    is_dangerous = True
    list_display = ("currency", "minimum_minor")


@admin.register(PayoutPolicy)
class PayoutPolicyAdmin(AuditedAdmin):
    """An edit binds later withdrawals only: each pinned its terms. What a row leaves empty is said
    by the next more general one."""

    is_dangerous = True
    list_display = (
        "__str__",
        "largest",
        "per_day",
        "per_month",
        "approval_above",
        "per_account",
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

    @admin.display(description="largest")
    def largest(self, policy: PayoutPolicy) -> str:
        return _amount(policy.maximum_minor, policy.currency)

    @admin.display(description="in 24 hours")
    def per_day(self, policy: PayoutPolicy) -> str:
        return _amount(policy.day_limit_minor, policy.currency)

    @admin.display(description="in 30 days")
    def per_month(self, policy: PayoutPolicy) -> str:
        return _amount(policy.month_limit_minor, policy.currency)

    @admin.display(description="two operators above")
    def approval_above(self, policy: PayoutPolicy) -> str:
        return _amount(policy.approval_above_minor, policy.currency)

    @admin.display(description="to one account in 24 hours")
    def per_account(self, policy: PayoutPolicy) -> str:
        count, limit = policy.account_day_payouts, policy.account_day_minor
        said = [] if count is None else [f"{count} payout{'' if count == 1 else 's'}"]
        said += [] if limit is None else [_amount(limit, policy.currency)]
        return ", ".join(said) or "-"


def _amount(amount_minor: int | None, currency: str | None) -> str:
    return "-" if amount_minor is None or currency is None else money(amount_minor, currency)


@admin.register(PayoutSchedule)
class PayoutScheduleAdmin(ReadOnlyAdmin):
    list_display = ("user", "currency", "interval", "weekday", "run_on", "attempts", "last_error")
    list_filter = ("interval", "currency")
    search_fields = ("user__id__exact", "wallet__id__exact")
    list_select_related = ("user",)
    raw_id_fields = ("user", "wallet")
    ordering = ("-id",)


@admin.register(PayoutBatch)
class PayoutBatchAdmin(ReadOnlyAdmin):
    list_display = ("run_on", "currency", "payouts", "skipped", "total", "finished_at", "items")
    list_filter = ("currency",)
    ordering = ("-run_on", "currency")

    @admin.display(description="paid out")
    def total(self, batch: PayoutBatch) -> str:
        return money(batch.total_minor, batch.currency)

    @admin.display(description="items")
    def items(self, batch: PayoutBatch) -> str:
        return filtered("payments_payoutbatchitem_changelist", "Items", q=batch.id)


@admin.register(PayoutBatchItem)
class PayoutBatchItemAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = ("run_on", "wallet_id", "outcome", "amount_text", "code", "note")
    list_filter = ("outcome", "currency")
    search_fields = ("batch__id__exact", "wallet__id__exact", "payout_id__exact")
    raw_id_fields = ("batch", "wallet")
    ordering = ("-id",)
