"""An operator turns a user's money into another currency: asked, shown in words, then booked."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from marketplace.core.errors import DomainError, NotFound
from marketplace.core.ids import new_id
from marketplace.core.money import InvalidMoney, Money, exponent
from marketplace.payments import queries, services
from marketplace.payments.admin.commission_forms import ReasonForm, amount, text
from marketplace.payments.admin.display import operator
from marketplace.users.queries import get_user

LISTING = "admin:payments_currencyexchange_changelist"


class ExchangeForm(ReasonForm):
    user = text(max_length=40, label="User", help_text="The id, as the user's page shows it.")
    sold = amount(required=True, label="Sell")
    sold_currency = text(max_length=3, label="Currency sold", help_text="Such as EUR.")
    bought_currency = text(max_length=3, label="Currency bought", help_text="Such as USD.")
    rate = text(
        max_length=40,
        label="Rate",
        help_text="What is bought for one sold, such as 1.0842.",
    )
    exchange_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "It stays with the exchange, with your name."

    def clean_user(self) -> Any:
        try:
            return get_user(user_id=UUID(self.cleaned_data["user"].strip()))
        except (ValueError, NotFound):
            raise forms.ValidationError("There is no user of this id.") from None

    def clean_rate(self) -> str:
        rate: str = self.cleaned_data["rate"].strip()
        if not rate.isascii() or not rate.replace(".", "", 1).isdigit() or not Decimal(rate):
            raise forms.ValidationError("A rate is a number above zero, such as 1.0842.")
        return rate

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"sold", "sold_currency", "bought_currency", "rate"} <= data.keys():
            try:
                data["sell"] = Money.from_decimal(data["sold"], data["sold_currency"].upper())
                currency = data["bought_currency"].upper()
                data["buy"] = bought_for(data["sell"], data["rate"], currency)
            except InvalidMoney as fault:
                self.add_error(None, fault.detail)
        return data


def bought_for(sell: Money, rate: str, currency: str) -> Money:
    """What the rate makes of it, halves away from zero, as the command checks it."""
    exact = Decimal(sell.to_decimal_string()) * Decimal(rate)
    minor = exact.scaleb(exponent(currency)).to_integral_value(rounding=ROUND_HALF_UP)
    return Money(int(minor), currency)


def exchange(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The form; then what it would do; then what became of it."""
    if not operator(request).may("payments.exchange_currency"):
        raise PermissionDenied
    form = ExchangeForm(request.POST or None, initial={"exchange_id": new_id()})
    if form.is_valid():
        if "confirmed" not in request.POST:
            return preview(request, context, form)
        if done := booked(request, form):
            return done
    return TemplateResponse(
        request,
        "payments/admin/form_page.html",
        {
            **context,
            "title": "Exchange currency",
            "explanation": (
                "Money of a user's wallet is sold for another currency at a stated rate. Nothing "
                "else crosses currencies. Before anything is booked you see what would be."
            ),
            "form": form,
            "sections": [
                ("Whose money", [form["user"], form["exchange_id"]]),
                (
                    "What for what",
                    [form[name] for name in ("sold", "sold_currency", "rate", "bought_currency")],
                ),
                ("Why", [form["reason"]]),
            ],
            "button": "Show what it would do",
            "listing": reverse(LISTING),
        },
    )


def preview(request: HttpRequest, context: dict[str, Any], form: ExchangeForm) -> HttpResponse:
    data = form.cleaned_data
    person, sell, buy = data["user"], data["sell"], data["buy"]
    balances = {each.currency: each.balance for each in queries.get_wallets(user_id=person.id)}

    def row(change: Money) -> tuple[str, Money, Money, Money]:
        before = balances.get(change.currency, Money.zero(change.currency))
        return change.currency, before, change, before + change

    return TemplateResponse(
        request,
        "payments/admin/preview.html",
        {
            **context,
            "title": "Exchange currency?",
            "sentence": f"{person.email} sells {sell} and gets {buy}, at {data['rate']} for one.",
            "heads": ("Wallet", "Now", "Change", "Afterwards"),
            "rows": [row(-sell), row(buy)],
            "notes": [
                f"Reason: {data['reason']}",
                "It is booked at once. It can be taken back while what was bought is still there.",
            ],
            "kept": [(name, form.data[name]) for name in form.fields if name in form.data],
            "verb": f"Sell {sell}",
            "back": request.path,
        },
    )


def booked(request: HttpRequest, form: ExchangeForm) -> HttpResponse | None:
    data = form.cleaned_data
    try:
        made = services.exchange_currency(
            user_id=data["user"].id,
            sell=data["sell"],
            buy=data["buy"],
            rate=data["rate"],
            reason=data["reason"],
            exchange_id=data["exchange_id"],
            actor=operator(request),
        )
    except DomainError as refusal:
        form.refuse(refusal)
        return None
    messages.success(request, f"{made.sold} were sold for {made.bought}.")
    return redirect("admin:payments_currencyexchange_change", made.id)
