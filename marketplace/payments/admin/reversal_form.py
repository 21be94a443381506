"""An operator takes a journal back by its exact opposite, having seen it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.payments import services
from marketplace.payments.admin.commission_forms import ReasonForm
from marketplace.payments.admin.display import operator
from marketplace.payments.models import LedgerEntry, LedgerJournal
from marketplace.payments.services.reverse_posting import REVERSIBLE

DETAIL = "admin:payments_ledgerjournal_change"


class ReversalForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "It stays with the reversal, with your name."


def may_be_reversed(journal_id: UUID | str) -> bool:
    """Whether the button is worth showing; the command decides."""
    rows = LedgerJournal.objects.filter(id=journal_id, kind__in=REVERSIBLE)
    return rows.exists() and not LedgerJournal.objects.filter(reverses_id=journal_id).exists()


def reverse_journal(
    request: HttpRequest, context: dict[str, Any], journal_id: UUID
) -> HttpResponse:
    """What it holds, what would be booked, and why; then it is booked."""
    if not operator(request).may("payments.reverse_journal"):
        raise PermissionDenied
    journal = get_object_or_404(LedgerJournal, id=journal_id)
    form = ReversalForm(request.POST or None)
    if form.is_valid():
        try:
            reversal = services.reverse_posting(
                journal_id=journal.id,
                actor=operator(request),
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal.detail or refusal.title)
        else:
            messages.success(request, "The opposite was booked. This is it.")
            return redirect(DETAIL, reversal)
    entries = LedgerEntry.objects.filter(journal_id=journal.id).select_related("account")
    lines = [
        (entry.account.code, Money(entry.amount_minor, entry.currency))
        for entry in entries.order_by("line")
    ]
    debited = sum((was.amount_minor for _, was in lines if was.is_positive), 0)
    kind = journal.kind.replace("_", " ")
    page = {
        **context,
        "title": f"Take this {kind} back?",
        "sentence": (
            f"A {kind} of {Money(debited, lines[0][1].currency)}, booked on "
            f"{journal.occurred_at:%d %B %Y at %H:%M} UTC, is taken back by its exact opposite."
            if lines
            else f"A {kind} without entries."
        ),
        "heads": ("Account", "It was", "It becomes"),
        "rows": [(code, side(was), side(-was)) for code, was in lines],
        "notes": [
            "Nothing is deleted: the journal, its opposite and your reason stay in the books.",
            "What should stand instead is booked afterwards, by its own command.",
        ],
        "form": form,
        "verb": "Book the opposite",
        "back": f"../../{journal.id}/change/",
    }
    return TemplateResponse(request, "payments/admin/preview.html", page)


def side(amount: Money) -> str:
    return f"debit {amount}" if amount.is_positive else f"credit {-amount}"
