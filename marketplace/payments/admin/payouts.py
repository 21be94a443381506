"""Payouts and where they go: what waits for two operators."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
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
from marketplace.payments import queries, services
from marketplace.payments.admin.display import AmountMixin, operator
from marketplace.payments.models import (
    BankAccount,
    Payout,
)
from marketplace.payments.payout_reasons import PayoutReason, in_words

SEEN = "_facts_for_this_page"


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

    def decide(self, request: HttpRequest, row_id: UUID, name: str, about: str) -> HttpResponse:
        if not self.has_operate_permission(request):
            raise PermissionDenied
        title, explanation, form_class, command = self.acts[name]
        opts = self.model._meta
        back = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row_id])
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                command(row_id, operator(request), form.cleaned_data["reason"])
            except DomainError as refusal:
                messages.error(request, refusal.detail)
            else:
                messages.success(request, f"{title}: done.")
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "about": about,
            "explanation": explanation,
            "form": form,
            "back": back,
            "opts": opts,
        }
        return TemplateResponse(request, "payments/admin/decide.html", context)


@admin.register(Payout)
class PayoutAdmin(DecidingAdmin):
    """``?awaits_approval__exact=1`` are the payouts to approve."""

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
            {"fields": ("id", ("amount_text", "status_line"), ("requested_at", "by_whom"), "why")},
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

    @action(description="Approve", url_path="approve", permissions=["operate"])  # type: ignore[untyped-decorator]
    @asks_again
    def approve(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._decide(request, object_id, "approve")

    @action(description="Reject", url_path="reject", permissions=["operate"])  # type: ignore[untyped-decorator]
    def reject(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._decide(request, object_id, "reject")

    def _decide(self, request: HttpRequest, object_id: UUID, name: str) -> HttpResponse:
        rows = Payout.objects.select_related("user", "bank_account")
        payout = get_object_or_404(rows, id=object_id)
        about = (
            f"{self.amount_text(payout)} of {payout.user.email} "
            f"to {payout.bank_account.masked_number}"
        )
        return self.decide(request, payout.id, name, about)

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

    @admin.display(description="why it waits")
    def why_text(self, payout: Payout) -> str:
        return ", ".join(_reasons(payout)).replace("_", " ") or "-"

    @admin.display(description="why people look at it")
    def why(self, payout: Payout) -> str:
        rows = ((text,) for text in in_words(_reasons(payout)))
        return format_html_join("", "<div>{}</div>", rows) or "Nobody has to"

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
        return ", ".join(note for note in notes if note)

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
        owed = facts_of(payout).owed
        if not (owed.is_positive and payout.awaits_approval):
            return str(owed)
        return f"{owed}: reject it, and the debt is settled from what comes back"

    @admin.display(description="by whom")
    def decisions(self, payout: Payout) -> str:
        rows = [(at_text(d.at), d.what, d.by, d.why) for d in facts_of(payout).decisions]
        return table(("at", "what", "by", "why"), rows) if rows else "None yet"

    @admin.display(description="terms")
    def terms(self, payout: Payout) -> str:
        return words(payout.policy) or "-"


def facts_of(payout: Payout) -> queries.PayoutFacts:
    """Read once for a page, which asks field by field."""
    facts: queries.PayoutFacts | None = payout.__dict__.get(SEEN)
    if facts is None:
        facts = payout.__dict__[SEEN] = queries.get_payout_facts(payout_id=payout.id)
    return facts


def _reasons(payout: Payout) -> list[str]:
    if payout.approvals_needed and not payout.reasons:
        # Of a payout from before there were several, which names none.
        return [PayoutReason.AMOUNT.value]
    reasons: list[str] = payout.reasons
    return reasons


def _of_limit(used: Money, limit_minor: int | None) -> str:
    limit = "no limit" if limit_minor is None else f"of {Money(limit_minor, used.currency)}"
    return f"{used}, {limit}"


@admin.register(BankAccount)
class BankAccountAdmin(DecidingAdmin):
    """Masked here, too: nobody needs to read the number."""

    decides = "payments.clear_bank_account"

    list_display = (
        "id",
        "user_id",
        "number_kind",
        "masked_number",
        "currency",
        "usable_from_at",
        "is_default",
        "blocked_at",
        "removed_at",
    )
    list_filter = (("blocked_at", admin.EmptyFieldListFilter), "currency", "number_kind")
    search_fields = ("id__exact", "user__id__exact")
    ordering = ("-id",)
    list_select_related = False
    raw_id_fields = ("user", "cleared_by")
    exclude = ("account_holder_encrypted", "number_encrypted", "fingerprint")
    actions_detail = ("clear",)

    @action(description="Clear", url_path="clear", permissions=["operate"])  # type: ignore[untyped-decorator]
    @asks_again
    def clear(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        account = get_object_or_404(BankAccount.objects.select_related("user"), id=object_id)
        about = f"{account.masked_number} of {account.user.email}"
        return self.decide(request, account.id, "clear", about)
