"""What an operator sees of money, and the few things an operator does.

Everything is read-only but commission rules and payout minimums; what an action changes goes
through a command. The ledger is walked from account to entries to journal and back to the payment.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.admin import FastAdmin, ReadOnlyAdmin
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.core.open_items import Queue, register_queue
from marketplace.payments import services
from marketplace.payments.models import (
    BankAccount,
    CommissionRule,
    LedgerAccount,
    LedgerBalance,
    LedgerEntry,
    LedgerJournal,
    Payment,
    PaymentAttempt,
    PaymentReview,
    Payout,
    PayoutMinimum,
    ProviderWebhook,
    Refund,
    Transaction,
    Wallet,
)
from marketplace.payments.queries.get_payment_timeline import describe_for_operator


def operator(request: HttpRequest) -> Actor:
    """Who acts; the admin lets nobody in who is not staff, the commands ask for an operator."""
    roles = {Role(role) for role in request.user.roles}  # type: ignore[union-attr]
    if request.user.is_superuser:
        roles.add(Role.ADMIN)
    return Actor.user(UUID(str(request.user.pk)), *roles)


def money(amount_minor: int, currency: str) -> str:
    return str(Money(amount_minor, currency))


def link(name: str, target: object, text: object) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{name}", args=[target]), text)


def filtered(name: str, text: str, **query: object) -> SafeString:
    """A link to a list, filtered."""
    address = f"{reverse(f'admin:{name}')}?{urlencode(query)}"
    return format_html('<a href="{}">{}</a>', address, text)


class AmountMixin:
    """Shows ``amount_minor`` with its currency."""

    @admin.display(description="amount", ordering="amount_minor")
    def amount_text(self, row: Any) -> str:
        return money(row.amount_minor, row.currency)


class ReadOnlyInline(TabularInline):
    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AttemptInline(ReadOnlyInline):
    model = PaymentAttempt
    fields = ("id", "provider", "method", "status", "provider_payment_id", "failure_code")
    readonly_fields = fields


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = ("id", "source", "amount_minor", "currency", "status", "provider_refund_id")
    readonly_fields = fields


@admin.register(Payment)
class PaymentAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = (
        "id",
        "amount_text",
        "status",
        "escrow_status",
        "payment_provider",
        "created_at",
    )
    list_filter = ("status", "escrow_status", "payment_provider", "currency")
    search_fields = (
        "id__exact",
        "order_id__exact",
        "user__id__exact",
        "seller__id__exact",
        "provider_transaction_id__exact",
    )
    search_help_text = "Id of the payment, order, buyer, seller, or the provider's id"
    ordering = ("-id",)
    list_select_related = False
    inlines = (AttemptInline, RefundInline)
    readonly_fields = ("timeline", "journals")

    @admin.display(description="events")
    def timeline(self, payment: Payment) -> SafeString:
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
            (
                (
                    event.version,
                    event.occurred_at.isoformat(timespec="seconds"),
                    event.type,
                    sentence,
                    event.actor,
                    bytes(event.hash).hex()[:12],
                )
                for event, sentence in describe_for_operator(payment)
            ),
        )
        return format_html(
            "<table><thead><tr><th>#</th><th>at</th><th>event</th><th>what happened</th>"
            "<th>by</th><th>hash</th></tr></thead><tbody>{}</tbody></table>",
            rows,
        )

    @admin.display(description="ledger")
    def journals(self, payment: Payment) -> SafeString:
        return filtered(
            "payments_ledgerjournal_changelist", "Journals of this order", q=payment.order_id
        )


@admin.register(Refund)
class RefundAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = ("id", "amount_text", "status", "source", "payment_link", "checks", "created_at")
    list_filter = ("status", "source", "provider")
    search_fields = ("id__exact", "payment__id__exact", "provider_refund_id__exact")
    ordering = ("-id",)
    list_select_related = False

    @admin.display(description="payment")
    def payment_link(self, refund: Refund) -> SafeString:
        return link("payments_payment_change", refund.payment_id, refund.payment_id)


@admin.register(Payout)
class PayoutAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = ("id", "amount_text", "status", "failure_code", "checks", "created_at")
    list_filter = ("status", "provider", "currency")
    search_fields = ("id__exact", "user__id__exact", "provider_payout_id__exact")
    ordering = ("-id",)
    list_select_related = False
    raw_id_fields = ("bank_account", "wallet", "user")


@admin.register(PayoutMinimum)
class PayoutMinimumAdmin(FastAdmin):
    list_display = ("currency", "minimum_minor")


@admin.register(ProviderWebhook)
class ProviderWebhookAdmin(ReadOnlyAdmin):
    list_display = ("id", "provider", "type", "object_id", "state", "outcome", "received_at")
    list_filter = ("state", "provider", "type")
    search_fields = ("provider_event_id__exact", "object_id__exact")
    search_help_text = "The provider's id of the event or the object"
    ordering = ("-id",)
    exclude = ("raw_body",)
    readonly_fields = ("raw",)
    actions = ("reprocess",)

    @admin.display(description="raw body")
    def raw(self, webhook: ProviderWebhook) -> SafeString:
        body = bytes(webhook.raw_body).decode("utf-8", errors="replace")
        return format_html("<pre style='white-space: pre-wrap'>{}</pre>", body)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderWebhook]:
        rows: QuerySet[ProviderWebhook] = super().get_queryset(request)
        return rows.defer("raw_body")

    @admin.action(description="Process again", permissions=["view"])
    def reprocess(self, request: HttpRequest, queryset: QuerySet[ProviderWebhook]) -> None:
        done = sum(
            services.reprocess_webhook(webhook_id=webhook_id)
            for webhook_id in queryset.values_list("id", flat=True)
        )
        self.message_user(request, f"{done} will be processed again.", messages.SUCCESS)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=1000, widget=forms.Textarea(attrs={"rows": 4, "cols": 60}), label="Reason"
    )


@admin.register(PaymentReview)
class PaymentReviewAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = ("created_at", "kind", "amount_text", "in_suspense", "status", "order_id")
    list_filter = ("status", "kind", "in_suspense", "provider")
    search_fields = ("id__exact", "order_id__exact", "payment_id__exact", "subject_id__exact")
    ordering = ("status", "created_at")
    list_select_related = False
    actions = ("refund", "close")

    @admin.action(description="Refund from suspense, with a reason", permissions=["view"])
    def refund(
        self, request: HttpRequest, queryset: QuerySet[PaymentReview]
    ) -> HttpResponse | None:
        explanation = "The money in suspense goes back through the provider that collected it."
        return self._resolve(request, queryset, services.Resolution.REFUND, explanation)

    @admin.action(description="Close, with a reason", permissions=["view"])
    def close(self, request: HttpRequest, queryset: QuerySet[PaymentReview]) -> HttpResponse | None:
        explanation = "Settled by other means; nothing is posted."
        return self._resolve(request, queryset, services.Resolution.CLOSE, explanation)

    def _resolve(
        self,
        request: HttpRequest,
        queryset: QuerySet[PaymentReview],
        resolution: services.Resolution,
        explanation: str,
    ) -> HttpResponse | None:
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            self._resolve_each(request, queryset, resolution, form.cleaned_data["reason"])
            return None
        reviews = list(queryset)
        for review in reviews:
            review.amount_text = self.amount_text(review)  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": "Resolve reviews",
            "explanation": explanation,
            "form": form,
            "reviews": reviews,
            "action": resolution.value.lower(),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "payments/admin/resolve_review.html", context)

    def _resolve_each(
        self,
        request: HttpRequest,
        queryset: QuerySet[PaymentReview],
        resolution: services.Resolution,
        reason: str,
    ) -> None:
        """Every selected review on its own: one refusal does not undo the others."""
        done = 0
        for review_id in queryset.values_list("id", flat=True):
            try:
                services.resolve_review(
                    review_id=review_id,
                    actor=operator(request),
                    resolution=resolution,
                    reason=reason,
                )
                done += 1
            except DomainError as refusal:
                self.message_user(request, f"{review_id}: {refusal.detail}", messages.ERROR)
        if done:
            self.message_user(request, f"{done} resolved.", messages.SUCCESS)


@admin.register(CommissionRule)
class CommissionRuleAdmin(FastAdmin):
    """An edit binds later sales only: every sale froze its terms."""

    list_display = ("name", "category_id", "rate_bps", "valid_from_at", "valid_until_at")
    search_fields = ("name", "category_id__exact")
    ordering = ("category_id", "-valid_from_at")
    fields = ("name", "category_id", "rate_bps", "valid_from_at", "valid_until_at")

    def save_model(
        self, request: HttpRequest, obj: CommissionRule, form: Any, change: bool
    ) -> None:
        obj.updated_at = clock.now()
        if not change:
            obj.created_at = obj.updated_at
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A rule ends by its validity: old sales name it."""
        return False


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


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    list_display = ("code", "currency", "type", "balance_text", "entries_link")
    list_filter = ("kind", "currency", "type")
    search_fields = ("code__startswith",)
    search_help_text = "How the account's code begins, such as order:… or user:…"
    ordering = ("-id",)
    list_select_related = ("balance",)

    @admin.display(description="balance")
    def balance_text(self, account: LedgerAccount) -> str:
        row: LedgerBalance | None = getattr(account, "balance", None)
        return money(row.balance_minor, account.currency) if row else "see its entries"

    @admin.display(description="entries")
    def entries_link(self, account: LedgerAccount) -> SafeString:
        return filtered("payments_ledgerentry_changelist", "Entries", account__id__exact=account.pk)


@admin.register(LedgerBalance)
class LedgerBalanceAdmin(ReadOnlyAdmin):
    list_display = ("account", "balance_minor", "version", "posted_at")
    search_fields = ("account__code__startswith",)
    ordering = ("-account_id",)
    list_select_related = ("account",)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "account", "debit", "credit", "journal_link", "posted_at")
    search_fields = ("reference_id__exact", "journal__id__exact", "account__code__startswith")
    ordering = ("-id",)
    list_select_related = ("account",)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "account__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="debit")
    def debit(self, entry: LedgerEntry) -> str:
        return money(entry.amount_minor, entry.currency) if entry.amount_minor > 0 else ""

    @admin.display(description="credit")
    def credit(self, entry: LedgerEntry) -> str:
        return money(-entry.amount_minor, entry.currency) if entry.amount_minor < 0 else ""

    @admin.display(description="journal")
    def journal_link(self, entry: LedgerEntry) -> SafeString:
        return link("payments_ledgerjournal_change", entry.journal_id, entry.journal_id)


@admin.register(LedgerJournal)
class LedgerJournalAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "business_key", "payment_link", "occurred_at")
    list_filter = ("kind",)
    search_fields = ("id__exact", "reference_id__exact", "business_key__exact")
    search_help_text = "Id of the journal, of its order or payout, or its business key"
    ordering = ("-id",)
    readonly_fields = ("legs",)

    @admin.display(description="about")
    def payment_link(self, journal: LedgerJournal) -> SafeString:
        return filtered("payments_payment_changelist", "Payment", q=journal.reference_id)

    @admin.display(description="entries")
    def legs(self, journal: LedgerJournal) -> SafeString:
        entries = LedgerEntry.objects.filter(journal_id=journal.id).select_related("account")
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (
                    link("payments_ledgeraccount_change", entry.account_id, entry.account),
                    money(entry.amount_minor, entry.currency) if entry.amount_minor > 0 else "",
                    money(-entry.amount_minor, entry.currency) if entry.amount_minor < 0 else "",
                )
                for entry in entries.order_by("line")
            ),
        )
        return format_html(
            "<table><thead><tr><th>account</th><th>debit</th><th>credit</th></tr></thead>"
            "<tbody>{}</tbody></table>",
            rows,
        )


register_queue(
    Queue(
        "Payments to review",
        PaymentReview.objects.filter(status="OPEN").count,
        "/admin/payments/paymentreview/?status__exact=OPEN",
        is_alarming=True,
    )
)
register_queue(
    Queue(
        "Webhooks given up",
        ProviderWebhook.objects.filter(state="FAILED").count,
        "/admin/payments/providerwebhook/?state__exact=FAILED",
        is_alarming=True,
    )
)
register_queue(
    Queue(
        "Payouts on their way",
        Payout.objects.filter(status__in=("REQUESTED", "UNKNOWN", "SENT")).count,
        "/admin/payments/payout/",
    )
)
