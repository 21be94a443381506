"""The books, read-only."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.safestring import SafeString
from unfold.decorators import action

from marketplace.core.admin import ReadOnlyAdmin, at_text, table, words
from marketplace.core.admin_keyset import KeysetAdmin
from marketplace.core.desk import asks_again
from marketplace.payments.admin import settlements
from marketplace.payments.admin.account_statement import show_statement
from marketplace.payments.admin.display import link, money, operator
from marketplace.payments.admin.ledger_links import (
    about_account,
    about_journal,
    in_a_row,
    link_to_subject,
    statement_of,
    subjects_of_journals,
)
from marketplace.payments.admin.reversal_form import may_be_reversed, reverse_journal
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
    fields = ("code", "currency", "kind", "type", "normal_side", "non_negative", "balance_text")
    readonly_fields = ("about", "entries_link")

    def get_fields(self, *_: Any) -> Any:
        return (*self.fields, *self.readonly_fields)

    @admin.display(description="balance")
    def balance_text(self, account: LedgerAccount) -> str:
        row: LedgerBalance | None = getattr(account, "balance", None)
        return money(row.balance_minor, account.currency) if row else "see its entries"

    @admin.display(description="entries")
    def entries_link(self, account: LedgerAccount) -> SafeString:
        return statement_of(account.pk, "Entries")

    @admin.display(description="about")
    def about(self, account: LedgerAccount) -> SafeString | str:
        return in_a_row(about_account(account))

    def get_urls(self) -> list[Any]:
        statement = path(
            "<int:account_id>/statement/",
            self.admin_site.admin_view(self.statement),
            name="payments_ledgeraccount_statement",
        )
        return [statement, *super().get_urls()]

    def statement(self, request: HttpRequest, account_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "opts": self.model._meta}
        return show_statement(request, account_id, context)


@admin.register(LedgerBalance)
class LedgerBalanceAdmin(ReadOnlyAdmin):
    list_display = ("account", "balance_minor", "version", "posted_at")
    search_fields = ("account__code__startswith",)
    ordering = ("-account_id",)
    list_select_related = ("account",)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(KeysetAdmin):
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
class LedgerJournalAdmin(KeysetAdmin):
    list_display = ("id", "kind_text", "business_key", "subject", "occurred_at")
    list_filter = ("kind",)
    search_fields = ("id__exact", "reference_id__exact", "business_key__exact")
    search_help_text = "Id of the journal, of its order or payout, or its business key"
    ordering = ("-id",)
    readonly_fields = ("kind_text", "legs", "about", "occurred", "details")
    fieldsets = (
        (None, {"fields": (("kind_text", "occurred"), "about", "legs")}),
        ("More", {"fields": ("business_key", "id", "reference_id", "details", "request_id")}),
    )
    actions_list = ("enter_settlement",)
    actions_detail = ("reverse",)

    def has_reverse_permission(self, request: HttpRequest, object_id: UUID | None = None) -> bool:
        is_allowed = operator(request).may("payments.reverse_journal")
        return is_allowed and (object_id is None or may_be_reversed(object_id))

    @action(description="Take it back", url_path="reverse", permissions=["reverse"])  # type: ignore[untyped-decorator]
    @asks_again
    def reverse(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.model._meta}
        return reverse_journal(request, context, object_id)

    def has_settle_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("payments.enter_settlement")

    @action(description="Enter a settlement", url_path="settlement", permissions=["settle"])  # type: ignore[untyped-decorator]
    def enter_settlement(self, request: HttpRequest) -> HttpResponse:
        return settlements.enter_settlement(request, self.admin_site.each_context(request))

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerJournal]:
        journals: QuerySet[LedgerJournal] = super().get_queryset(request)
        return journals.annotate(**subjects_of_journals())

    @admin.display(description="kind")
    def kind_text(self, journal: LedgerJournal) -> str:
        return journal.kind.replace("_", " ").capitalize()

    @admin.display(description="about")
    def subject(self, journal: LedgerJournal) -> SafeString | str:
        return link_to_subject(journal)

    @admin.display(description="about")
    def about(self, journal: LedgerJournal) -> SafeString | str:
        return in_a_row(about_journal(journal))

    @admin.display(description="occurred")
    def occurred(self, journal: LedgerJournal) -> str:
        return at_text(journal.occurred_at)

    @admin.display(description="details")
    def details(self, journal: LedgerJournal) -> str:
        return words(journal.metadata) or "-"

    @admin.display(description="entries")
    def legs(self, journal: LedgerJournal) -> str:
        entries = LedgerEntry.objects.filter(journal_id=journal.id).select_related("account")
        return table(
            ("Account", "Debit", "Credit"),
            [
                (
                    statement_of(entry.account_id, entry.account),
                    money(entry.amount_minor, entry.currency) if entry.amount_minor > 0 else "",
                    money(-entry.amount_minor, entry.currency) if entry.amount_minor < 0 else "",
                )
                for entry in entries.order_by("line")
            ],
        )
