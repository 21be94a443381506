"""An operator enters what a provider has moved to our bank account."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from marketplace.core.errors import DomainError
from marketplace.core.money import InvalidMoney, Money
from marketplace.payments import services
from marketplace.payments.admin.commission_forms import ReasonForm, amount, chosen, moment, text
from marketplace.payments.admin.display import operator
from marketplace.payments.providers.factory import enabled_providers

JOURNALS = "admin:payments_ledgerjournal_changelist"


class SettlementForm(ReasonForm):
    provider = chosen(())
    settlement_id = text(
        max_length=100, label="Settlement", help_text="The provider's own id: it is booked once."
    )
    paid = amount(required=True, label="Amount")
    currency = text(max_length=3)
    occurred_at = moment(label="On our account since", help_text="UTC.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(name, name) for name in sorted(enabled_providers())]
        self.fields["provider"].choices = names  # type: ignore[attr-defined]
        self.fields["provider"].required = self.fields["occurred_at"].required = True
        self.fields["reason"].help_text = "It stays with the journal, with your name."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "paid" in data and "currency" in data:
            try:
                data["amount"] = Money.from_decimal(data["paid"], data["currency"].upper())
            except InvalidMoney as fault:
                self.add_error("currency", fault.detail)
        return data


def enter_settlement(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The form, and what became of it."""
    if not operator(request).may("payments.enter_settlement"):
        raise PermissionDenied
    form = SettlementForm(request.POST or None)
    if form.is_valid():
        names = ("provider", "settlement_id", "amount", "occurred_at", "reason")
        wanted = {name: form.cleaned_data[name] for name in names}
        try:
            is_new = services.enter_settlement(actor=operator(request), **wanted)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            said = "was booked." if is_new else "had been booked before; nothing was changed."
            messages.success(request, f"Settlement {wanted['settlement_id']} {said}")
            return redirect(f"{reverse(JOURNALS)}?kind__exact=settlement")
    sections = [
        (
            "What the bank's statement says",
            [form[name] for name in form.fields if name != "reason"],
        ),
        ("Why", [form["reason"]]),
    ]
    page = {
        **context,
        "title": "Enter a settlement",
        "explanation": (
            "Money that a provider has moved to our own bank account. Where the provider's report "
            "is imported this happens by itself; whichever comes first books it."
        ),
        "form": form,
        "sections": sections,
        "button": "Book it",
        "listing": reverse(JOURNALS),
    }
    return TemplateResponse(request, "payments/admin/form_page.html", page)
