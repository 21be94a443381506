"""Open items: what is missing on one side, and the ways to end it."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from marketplace.core import clock
from marketplace.core.admin import ReadOnlyAdmin, at_text, money_text, operator, short_id, table
from marketplace.core.desk import asks_again
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.core.open_items import Queue, register_queue
from marketplace.payments import queries, services
from marketplace.payments.admin.display import link, money
from marketplace.payments.admin.reconciliation_forms import ResolveForm
from marketplace.payments.models import (
    ItemResolution,
    ItemSide,
    ReconciliationItem,
    ResolutionKind,
    ResolutionStatus,
)
from marketplace.payments.providers.protocol import ProviderError
from marketplace.payments.repositories.open_items import difference_of, of_subject
from marketplace.payments.services.resolve_item import needs_two_people

LISTING = "admin:payments_reconciliationitem_changelist"
DETAIL = "admin:payments_reconciliationitem_change"
MISSING = {ItemSide.THEIRS: "in our books", ItemSide.OURS: "in their report"}
WAYS = {
    ResolutionKind.SUSPENSE: (
        "Book to suspense",
        "Our clearing account follows the provider; in suspense it waits for its owner.",
    ),
    ResolutionKind.WRITE_OFF: (
        "Write off",
        "Our clearing account follows the provider; the other side is the expense of differences.",
    ),
    ResolutionKind.EXPLAINED: (
        "Explained, no journal",
        "Nothing is posted: our books and the provider stay apart by this amount for good.",
    ),
}


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [("overdue", "Overdue"), ("closed", "Closed"), ("all", "All")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ReconciliationItem]
    ) -> QuerySet[ReconciliationItem]:
        match self.value():
            case "closed":
                return queryset.filter(match_id__isnull=False)
            case "all":
                return queryset
            case "overdue":
                late = clock.database_now() - timedelta(minutes=queries.grace_minutes())
                return queryset.filter(match_id__isnull=True, happened_at__lt=late)
        return queryset.filter(match_id__isnull=True)

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": "Open"}
        yield from others


@admin.register(ReconciliationItem)
class ReconciliationItemAdmin(ReadOnlyAdmin):
    list_display = ("age", "missing", "provider", "kind_text", "amount_text", "about", "state")
    list_filter = (StateFilter, "side", "provider", "currency", "kind")
    search_fields = ("subject__exact",)
    search_help_text = "Our id of the attempt, refund, payout or chargeback, or the provider's"
    ordering = ("happened_at", "id")
    list_select_related = False
    amount_text = money_text("amount", "amount")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("state", "missing"),
                    ("provider", "kind_text"),
                    ("amount_text", "happened"),
                    "about",
                    "difference",
                    "both_sides",
                    "links",
                )
            },
        ),
    )
    actions_detail = ("ask", "to_suspense", "write_off", "explain")

    # What is shown

    @admin.display(description="age", ordering="happened_at")
    def age(self, item: ReconciliationItem) -> str:
        return in_words(clock.now() - item.happened_at)

    @admin.display(description="happened")
    def happened(self, item: ReconciliationItem) -> str:
        return at_text(item.happened_at)

    @admin.display(description="missing")
    def missing(self, item: ReconciliationItem) -> str:
        return MISSING[ItemSide(item.side)] if item.match_id is None else "nothing"

    @admin.display(description="kind", ordering="kind")
    def kind_text(self, item: ReconciliationItem) -> str:
        return item.kind.replace("_", " ").capitalize()

    @admin.display(description="about")
    def about(self, item: ReconciliationItem) -> str:
        return item.object_id or item.subject

    @display(  # type: ignore[untyped-decorator]
        description="state", label={"under way": "info", "overdue": "danger", "closed": "success"}
    )
    def state(self, item: ReconciliationItem) -> str:
        if item.match_id is not None:
            return "closed"
        began_at = max(item.happened_at, item.seen_at)
        is_late = clock.now() - began_at > timedelta(minutes=queries.grace_minutes())
        return "overdue" if is_late else "under way"

    @admin.display(description="difference")
    def difference(self, item: ReconciliationItem) -> str:
        items = self._open_of(item)
        return f"{difference_of(items)} (theirs less ours)" if items else "none"

    @admin.display(description="both sides")
    def both_sides(self, item: ReconciliationItem) -> str:
        """Everything about the same payment, refund, payout or chargeback."""
        rows = of_subject(item).order_by("happened_at", "id")[:50]
        return table(
            ("At", "Whose", "Kind", "Amount", "State", "Source"),
            [
                (
                    at_text(row.happened_at),
                    "ours" if row.side == ItemSide.OURS else "theirs",
                    self.kind_text(row),
                    money(row.amount_minor, row.currency),
                    self.state(row)
                    if row.match_id is None
                    else format_html("match {}", row.match_id),
                    _source(row),
                )
                for row in rows
            ],
        )

    @admin.display(description="resolved")
    def links(self, item: ReconciliationItem) -> str:
        rows = ItemResolution.objects.select_related("proposed_by").filter(
            provider=item.provider, currency=item.currency, subject=item.subject
        )
        ended = list(rows.order_by("proposed_at")[:50])
        return (
            ended
            and table(
                ("At", "How", "By", "Reason", "State"),
                [
                    (
                        link("payments_itemresolution_change", row.pk, at_text(row.proposed_at)),
                        row.get_kind_display(),
                        row.proposed_by.email,
                        row.reason,
                        row.get_status_display(),
                    )
                    for row in ended
                ],
            )
        ) or "-"

    def _open_of(self, item: ReconciliationItem) -> list[ReconciliationItem]:
        rows = of_subject(item).filter(match_id__isnull=True, resolution__isnull=True)
        return list(rows.order_by("id"))

    # What is done

    def has_write_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("payments.resolve_item")

    @action(description="Ask the provider again", url_path="ask", permissions=["write"])  # type: ignore[untyped-decorator]
    def ask(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": "Ask the provider again",
                "opts": self.model._meta,
                "explanation": "What it answers is recorded by the command it belongs to, as "
                "after a webhook; the item closes by itself when that was all that was missing.",
                "verb": "Ask now",
                "back": reverse(DETAIL, args=[object_id]),
            }
            return TemplateResponse(request, "payments/admin/confirm.html", context)
        try:
            said = services.ask_about_item(item_id=int(object_id), actor=operator(request))
        except (DomainError, ProviderError) as refusal:
            text = getattr(refusal, "detail", "") or f"The provider did not answer: {refusal}"
            self.message_user(request, text, messages.ERROR)
        else:
            self.message_user(request, f"The provider was asked: {said or 'nothing new'}.")
        return redirect(DETAIL, object_id)

    @action(description="Book to suspense", url_path="suspense", permissions=["write"])  # type: ignore[untyped-decorator]
    def to_suspense(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._resolve(request, int(object_id), ResolutionKind.SUSPENSE)

    @action(description="Write off", url_path="write-off", permissions=["write"])  # type: ignore[untyped-decorator]
    @asks_again
    def write_off(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._resolve(request, int(object_id), ResolutionKind.WRITE_OFF)

    @action(description="Explained, no journal", url_path="explain", permissions=["write"])  # type: ignore[untyped-decorator]
    def explain(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._resolve(request, int(object_id), ResolutionKind.EXPLAINED)

    def _resolve(self, request: HttpRequest, item_id: int, kind: ResolutionKind) -> HttpResponse:
        item = ReconciliationItem.objects.filter(id=item_id).first()
        items = self._open_of(item) if item else []
        if item is None or not items:
            self.message_user(request, "This item is not open.", messages.ERROR)
            return redirect(LISTING)
        shown = difference_of(items)
        form = ResolveForm(
            request.POST or None,
            initial={"expected_minor": shown.amount_minor, "currency": shown.currency},
        )
        if form.is_valid() and self._resolved(request, item_id, kind, form):
            return redirect(DETAIL, item_id)
        verb, explanation = WAYS[kind]
        context = {
            **self.admin_site.each_context(request),
            "title": verb,
            "opts": self.model._meta,
            "verb": verb,
            "explanation": explanation,
            "difference": shown,
            "provider": item.provider,
            "about": self.about(item),
            "both_sides": self.both_sides(item),
            "takes_two": needs_two_people(kind, shown),
            "form": form,
            "back": reverse(DETAIL, args=[item_id]),
        }
        return TemplateResponse(request, "payments/admin/resolve_item.html", context)

    def _resolved(
        self, request: HttpRequest, item_id: int, kind: ResolutionKind, form: ResolveForm
    ) -> bool:
        said = form.cleaned_data
        try:
            status = services.resolve_item(
                item_id=item_id,
                kind=kind,
                expected=Money(said["expected_minor"], said["currency"]),
                actor=operator(request),
                reason=said["reason"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal.detail)
            return False
        if status is ResolutionStatus.DONE:
            self.message_user(request, "Done. The item is closed.", messages.SUCCESS)
        else:
            text = "Proposed. Somebody else must agree before anything happens."
            self.message_user(request, text, messages.WARNING)
        return True


def in_words(age: timedelta) -> str:
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def _source(item: ReconciliationItem) -> SafeString:
    if item.journal_id is not None:
        name = f"journal …{short_id(item.journal_id)}"
        return link("payments_ledgerjournal_change", item.journal_id, name)
    return link("payments_providerreportline_change", item.source_id, f"line {item.source_id}")


def _count_overdue() -> int:
    late = clock.database_now() - timedelta(minutes=queries.grace_minutes())
    rows = ReconciliationItem.objects.filter(
        Q(match_id__isnull=True, resolution__isnull=True, happened_at__lt=late)
    )
    return rows.count()


register_queue(
    Queue(
        "Differences with providers",
        _count_overdue,
        "/admin/payments/reconciliationitem/?state=overdue",
        is_alarming=True,
    )
)
