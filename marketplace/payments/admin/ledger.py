"""The books, read-only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action

from marketplace.core.admin import ReadOnlyAdmin
from marketplace.payments.admin import settlements
from marketplace.payments.admin.display import filtered, link, money
from marketplace.payments.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerEntry,
    LedgerJournal,
)


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
    actions_list = ("enter_settlement",)

    @action(description="Enter a settlement", url_path="settlement", permissions=["view"])  # type: ignore[untyped-decorator]
    def enter_settlement(self, request: HttpRequest) -> HttpResponse:
        return settlements.enter_settlement(request, self.admin_site.each_context(request))

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
