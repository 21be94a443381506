"""Payouts: what waits for two operators."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from unfold.decorators import action

from marketplace.core.actor import Actor
from marketplace.core.admin import (
    ReadOnlyAdmin,
    ReasonForm,
    at_text,
    status_label,
    table,
    words,
)
from marketplace.core.desk import asks_again
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.payments import services
from marketplace.payments.admin.display import AmountMixin, link, operator
from marketplace.payments.admin.payout_evidence import (
    facts_of,
    list_obstacles,
    reasons_of,
    show_evidence,
)
from marketplace.payments.models import Payout, PayoutStatus
from marketplace.payments.payout_reasons import in_short

Decide = Callable[[UUID, Actor, str], Any]
DECISIONS: Mapping[str, tuple[str, str, type[forms.Form], Decide]] = {
    "approve": (
        "Approve the payout",
        "Two different operators approve it, saying why; the second lets it be sent at once.",
        ReasonForm,
        lambda row_id, by, why: services.approve_payout(payout_id=row_id, actor=by, reason=why),
    ),
    "reject": (
        "Reject the payout",
        "The money goes back into the wallet, and the seller reads the reason in a letter.",
        ReasonForm,
        lambda row_id, by, why: services.reject_payout(payout_id=row_id, actor=by, reason=why),
    ),
    "clear": (
        "Clear the bank account",
        "Payouts may go to it again. The reason stays with the account.",
        ReasonForm,
        lambda row_id, by, why: services.clear_bank_account(
            bank_account_id=row_id, actor=by, reason=why
        ),
    ),
}


class DecidingAdmin(AmountMixin, ReadOnlyAdmin):
    """A page between choosing and doing: it shows what will be decided and asks why."""

    decides = ""
    """The permission that deciding here needs."""
    acts = DECISIONS

    def has_operate_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may(self.decides)

    def fitting(self, row_id: Any) -> Collection[str]:
        """The decisions that fit the row's state; whoever comes too late is told so by the
        command."""
        return self.acts

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        fitting = self.fitting(object_id)
        allowed = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.path in fitting]

    def decide(
        self,
        request: HttpRequest,
        row_id: UUID,
        name: str,
        about: str,
        *,
        warnings: Sequence[str] = (),
    ) -> HttpResponse:
        if not self.has_operate_permission(request):
            raise PermissionDenied
        title, explanation, form_class, command = self.acts[name]
        opts = self.model._meta
        back = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row_id])
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                done = command(row_id, operator(request), form.cleaned_data["reason"])
            except DomainError as refusal:
                messages.error(request, refusal.detail)
            else:
                messages.success(request, f"{title}: done.{self.say_next(done)}")
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "about": about,
            "explanation": explanation,
            "warnings": warnings,
            "form": form,
            "back": back,
            "opts": opts,
        }
        return TemplateResponse(request, "payments/admin/decide.html", context)

    def say_next(self, done: Any) -> str:
        """What is left to do after a command gave ``done``."""
        return ""


@admin.register(Payout)
class PayoutAdmin(DecidingAdmin):
    """``?awaits_approval__exact=1`` are the payouts to approve; nobody's own, because its page says
    why it waits."""

    decides = "payments.approve_payout"

    list_display = (
        "created_at",
        "seller_text",
        "level_text",
        "amount_text",
        "status_text",
        "approvals_text",
        "why_text",
        "failure_code",
    )
    status_text = status_label()
    list_filter = ("awaits_approval", "status", "provider", "currency")
    search_fields = ("id__exact", "user__id__exact", "provider_payout_id__exact")
    search_help_text = "Id of the payout or the seller, or the provider's id"
    ordering = ("-id",)
    list_select_related = ("user",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "id",
                    ("amount_text", "status_line"),
                    ("requested_at", "by_whom"),
                    "why",
                    "obstacles",
                )
            },
        ),
        ("Seller", {"fields": (("seller_text", "level_text"), ("member_since", "history"))}),
        (
            "Where it goes",
            {"fields": (("account", "account_since"), ("last_bank_change", "to_this_account"))},
        ),
        ("Limits", {"fields": (("used_day", "used_month"), ("left_in_wallet", "on_hold"), "owed")}),
        ("Decisions", {"fields": ("decisions",)}),
        (
            "At the provider",
            {
                "fields": (
                    ("provider", "provider_payout_id"),
                    ("failure_code", "checks"),
                    ("next_check_at", "last_error"),
                    ("watch_next_at", "watch_until"),
                ),
                "classes": ("collapse",),
            },
        ),
        ("Terms pinned at the request", {"fields": ("terms",), "classes": ("collapse",)}),
    )
    readonly_fields = (
        "amount_text",
        "status_line",
        "by_whom",
        "why",
        "obstacles",
        "seller_text",
        "level_text",
        "member_since",
        "history",
        "account",
        "account_since",
        "last_bank_change",
        "to_this_account",
        "used_day",
        "used_month",
        "left_in_wallet",
        "on_hold",
        "owed",
        "decisions",
        "terms",
    )
    actions_detail = ("approve", "reject")

    def fitting(self, row_id: Any) -> Collection[str]:
        payout = Payout.objects.filter(id=row_id, status=PayoutStatus.REQUESTED).first()
        if payout is None:
            return ()
        return ("approve", "reject") if payout.awaits_approval else ("reject",)

    @action(description="Approve", url_path="approve", permissions=["operate"])  # type: ignore[untyped-decorator]
    @asks_again
    def approve(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._decide(request, object_id, "approve")

    @action(description="Reject", url_path="reject", permissions=["operate"])  # type: ignore[untyped-decorator]
    def reject(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._decide(request, object_id, "reject")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Payout]":
        """Asked first whether there are any: a list without a condition counts nothing."""
        rows: QuerySet[Payout] = super().get_queryset(request)
        own = Q(user_id=request.user.pk)
        return rows.exclude(own) if rows.filter(own).exists() else rows

    def _decide(self, request: HttpRequest, object_id: UUID, name: str) -> HttpResponse:
        rows = self.get_queryset(request).select_related("user", "bank_account")
        payout = get_object_or_404(rows, id=object_id)
        why = ", ".join(in_short(reasons_of(payout)))
        about = (
            f"{self.amount_text(payout)} of {payout.user.email} "
            f"to {payout.bank_account.masked_number}" + (f": {why}" if why else "")
        )
        warnings = list_obstacles(payout) if name == "approve" else ()
        return self.decide(request, payout.id, name, about, warnings=warnings)

    def say_next(self, done: Any) -> str:
        return " Another operator has to approve it, too." if done.awaits_approval else ""

    # The columns and fields

    @admin.display(description="seller")
    def seller_text(self, payout: Payout) -> str:
        return payout.user.email

    @admin.display(description="level")
    def level_text(self, payout: Payout) -> str:
        return payout.user.verification_level

    @admin.display(description="approvals")
    def approvals_text(self, payout: Payout) -> str:
        if not payout.approvals_needed:
            return "-"
        return f"{len(payout.approved_by)} of {payout.approvals_needed}"

    @admin.display(description="status")
    def status_line(self, payout: Payout) -> str:
        if payout.awaits_approval:
            return f"Waits for approval ({self.approvals_text(payout)})"
        return payout.status.capitalize()

    @admin.display(description="looked at for")
    def why_text(self, payout: Payout) -> str:
        return ", ".join(in_short(reasons_of(payout))) or "-"

    @admin.display(description="why people look at it")
    def why(self, payout: Payout) -> str:
        return show_evidence(payout)

    @admin.display(description="keeps it from approval")
    def obstacles(self, payout: Payout) -> str:
        said = list_obstacles(payout) if payout.awaits_approval else []
        return format_html_join("", "<div>{}</div>", ((line,) for line in said)) or "Nothing"

    @admin.display(description="by")
    def by_whom(self, payout: Payout) -> str:
        return "the schedule" if payout.client_key.startswith("schedule:") else "the seller"

    @admin.display(description="account since")
    def member_since(self, payout: Payout) -> str:
        return at_text(facts_of(payout).seller.created_at)

    @admin.display(description="earlier payouts")
    def history(self, payout: Payout) -> str:
        facts = facts_of(payout)
        return f"{facts.payouts_paid} paid, {facts.payouts_returned} returned"

    @admin.display(description="bank account")
    def account(self, payout: Payout) -> str:
        account = facts_of(payout).bank_account
        notes = [account.masked_number, account.bank_name]
        notes += ["removed since"] if account.removed_at else []
        notes += ["BLOCKED: a payout to it came back"] if account.blocked_at else []
        shown = link("payments_bankaccount_change", account.id, notes[0])
        return format_html("{}{}", shown, "".join(f", {note}" for note in notes[1:] if note))

    @admin.display(description="added")
    def account_since(self, payout: Payout) -> str:
        return at_text(facts_of(payout).bank_account.created_at)

    @admin.display(description="last change of bank details")
    def last_bank_change(self, payout: Payout) -> str:
        return at_text(facts_of(payout).last_bank_change_at)

    @admin.display(description="paid to this account before")
    def to_this_account(self, payout: Payout) -> str:
        return str(facts_of(payout).payouts_to_account)

    @admin.display(description="in 24 hours")
    def used_day(self, payout: Payout) -> str:
        facts = facts_of(payout)
        return _of_limit(facts.used_day, facts.terms.day_limit_minor)

    @admin.display(description="in 30 days")
    def used_month(self, payout: Payout) -> str:
        facts = facts_of(payout)
        return _of_limit(facts.used_month, facts.terms.month_limit_minor)

    @admin.display(description="left in the wallet")
    def left_in_wallet(self, payout: Payout) -> str:
        return str(facts_of(payout).left_in_wallet)

    @admin.display(description="of it on hold")
    def on_hold(self, payout: Payout) -> str:
        return str(facts_of(payout).on_hold)

    @admin.display(description="owes the platform")
    def owed(self, payout: Payout) -> str:
        return str(facts_of(payout).owed)

    @admin.display(description="by whom")
    def decisions(self, payout: Payout) -> str:
        rows = [(at_text(d.at), d.what, d.by, d.why) for d in facts_of(payout).decisions]
        return table(("at", "what", "by", "why"), rows) if rows else "None yet"

    @admin.display(description="terms")
    def terms(self, payout: Payout) -> str:
        return words(payout.policy) or "-"


def _of_limit(used: Money, limit_minor: int | None) -> str:
    limit = "no limit" if limit_minor is None else f"of {Money(limit_minor, used.currency)}"
    return f"{used}, {limit}"
