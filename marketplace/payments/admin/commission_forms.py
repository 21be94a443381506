"""Forms of the commission pages: percentages and decimal amounts in, basis points and minor units
out."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from marketplace.core import admin as core_admin
from marketplace.core.categories import categories
from marketplace.core.errors import DomainError
from marketplace.core.money import InvalidMoney, Money
from marketplace.payments.models import CommissionRule
from marketplace.payments.models.commission_rule import SELLER_LEVELS
from marketplace.payments.services import NewCommissionRule

ANY_LEVEL = [("", "Any level"), *((level, level) for level in SELLER_LEVELS)]
AMOUNTS = {
    "amount_from": "amount_from_minor",
    "amount_to": "amount_to_minor",
    "fixed": "fixed_minor",
    "minimum": "minimum_minor",
    "cap": "cap_minor",
}
RATES = {"rate": "rate_bps", "tax": "tax_bps", "buyer_share": "buyer_share_bps"}
FIELDS = {member: field for field, member in {**AMOUNTS, **RATES}.items()} | {
    "category_id": "category"
}
"""The form's field for a member of the rule, where the names differ."""


def text(**options: Any) -> forms.CharField:
    return forms.CharField(widget=UnfoldAdminTextInputWidget(), **options)


def chosen(choices: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=choices, widget=UnfoldAdminSelectWidget(), required=False, **options
    )


def category_field(**options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=(),
        coerce=UUID,
        empty_value=None,
        widget=UnfoldAdminSelectWidget(),
        required=False,
        **options,
    )


def percentage(**options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        min_value=Decimal(0),
        max_value=Decimal(100),
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
        **options,
    )


def amount(**options: Any) -> forms.DecimalField:
    options.setdefault("required", False)
    return forms.DecimalField(
        min_value=Decimal(0), widget=UnfoldAdminDecimalFieldWidget(), **options
    )


class MomentWidget(UnfoldAdminTextInputWidget):  # the package has no types
    """The browser's own picker."""

    input_type = "datetime-local"

    def format_value(self, value: object) -> str:
        return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else str(value or "")


class DayWidget(UnfoldAdminTextInputWidget):  # the package has no types
    input_type = "date"

    def format_value(self, value: object) -> str:
        return value.isoformat() if isinstance(value, date) else str(value or "")


def moment(**options: Any) -> forms.DateTimeField:
    return forms.DateTimeField(widget=MomentWidget(), required=False, **options)


def day(**options: Any) -> forms.DateField:
    return forms.DateField(widget=DayWidget(), **options)


def category_choices(nothing: str) -> list[tuple[str, str]]:
    return [("", nothing), *((str(each.id), each.name) for each in categories().everything())]


class ReasonForm(core_admin.ReasonForm):
    """The reason, and a command's refusal shown where it belongs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "It stays with the rule, with your name."

    def refuse(self, refusal: DomainError) -> None:
        """Show a command's refusal at the fields that it names, or above them all."""
        named = {FIELDS.get(name, name): faults for name, faults in refusal.fields.items()}
        if not named.keys() <= self.fields.keys():
            named = {}
        for name, faults in named.items():
            for fault in faults:
                self.add_error(name, fault)
        if not named:
            self.add_error(None, refusal.detail)


class EndRuleForm(ReasonForm):
    ends_at = moment(label="Ends", help_text="UTC. Empty: now.")


class NewRuleForm(ReasonForm):
    name = text(max_length=100, help_text="Sellers see it in their preview.")
    category = category_field(help_text="And everything below it, unless a nearer rule is there.")
    seller_level = chosen(ANY_LEVEL, label="Seller's level", help_text="Exactly this one.")
    currency = text(
        max_length=3,
        required=False,
        help_text="Empty: sales in any currency; then the rule has no amounts.",
    )
    amount_from = amount(label="Order from", help_text="Goods of the order worth this or more.")
    amount_to = amount(label="Order below", help_text="Goods of the order worth less than this.")
    is_promotional = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        label="Promotion",
        help_text="Goes before a standing rule with the same conditions, and has an end.",
    )
    valid_from_at = moment(label="Begins", help_text="UTC. Empty: now.")
    valid_until_at = moment(label="Ends", help_text="UTC. Empty: until further notice.")
    rate = percentage(label="Rate, %")
    fixed = amount(label="Fixed part", help_text="Once per order.")
    minimum = amount(help_text="Gives way where it exceeds the price.")
    cap = amount()
    tax = percentage(label="Tax on the commission, %", required=False)
    tax_jurisdiction = text(max_length=6, required=False, help_text="ISO 3166: DE, US-CA.")
    buyer_share = percentage(
        label="Buyer's share, %",
        required=False,
        help_text="Of the commission with its tax; the buyer pays it on top of the price.",
    )
    SECTIONS = (
        (
            "Which sales",
            ("name", "category", "seller_level", "currency", "amount_from", "amount_to"),
        ),
        ("When", ("is_promotional", "valid_from_at", "valid_until_at")),
        ("What it takes", ("rate", "fixed", "minimum", "cap")),
        ("Tax, and who pays", ("tax", "tax_jurisdiction", "buyer_share")),
        ("Why", ("reason",)),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = category_choices("Every category")  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_tax_jurisdiction(self) -> str:
        return str(self.cleaned_data["tax_jurisdiction"]).upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        currency = data.get("currency", "")
        for name, member in AMOUNTS.items():
            given = data.get(name)
            if given is not None and currency and "currency" not in self.errors:
                try:
                    data[member] = Money.from_decimal(given, currency).amount_minor
                except InvalidMoney as fault:
                    self.add_error(name, fault.detail)
            elif given:
                self.add_error(name, "An amount needs a currency.")
        return data

    def rule(self) -> NewCommissionRule:
        """What was asked for; only of a valid form."""
        data = self.cleaned_data
        amounts: Mapping[str, Any] = {
            member: data.get(member) for member in ("amount_from_minor", "amount_to_minor")
        }
        return NewCommissionRule(
            name=data["name"],
            category_id=data["category"],
            seller_level=data["seller_level"],
            currency=data["currency"],
            is_promotional=data["is_promotional"],
            valid_from_at=data["valid_from_at"],
            valid_until_at=data["valid_until_at"],
            fixed_minor=data.get("fixed_minor") or 0,
            minimum_minor=data.get("minimum_minor") or 0,
            cap_minor=data.get("cap_minor"),
            tax_jurisdiction=data["tax_jurisdiction"],
            **amounts,
            **{member: int((data[field] or 0) * 100) for field, member in RATES.items()},
        )


def initial_from(rule: CommissionRule) -> dict[str, Any]:
    """A successor's form begins as the rule that it succeeds."""

    def decimal(minor: int | None) -> str:
        return Money(minor, rule.currency).to_decimal_string() if minor and rule.currency else ""

    return {
        "name": rule.name,
        "category": str(rule.category_id or ""),
        "seller_level": rule.seller_level,
        "currency": rule.currency,
        "is_promotional": rule.is_promotional,
        "valid_until_at": rule.valid_until_at,
        "tax_jurisdiction": rule.tax_jurisdiction,
        **{field: decimal(getattr(rule, member)) for field, member in AMOUNTS.items()},
        **{field: Decimal(getattr(rule, member)) / 100 for field, member in RATES.items()},
    }


class ExplainForm(forms.Form):
    """A sale as an operator describes it."""

    price = amount(required=True, label="Order's goods")
    currency = text(max_length=3)
    category = category_field()
    seller_level = chosen(ANY_LEVEL[1:], label="Seller's level")
    at = moment(label="Sold at", help_text="UTC. Empty: now.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = category_choices("No category")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "price" in data and "currency" in data:
            try:
                data["amount"] = Money.from_decimal(data["price"], data["currency"].upper())
            except InvalidMoney as fault:
                self.add_error("currency", fault.detail)
            else:
                if not data["amount"].is_positive:
                    self.add_error("price", "Above zero.")
        return data


class ReportForm(forms.Form):
    start = day(label="From")
    end = day(label="Up to and with")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "start" in data and "end" in data and data["end"] < data["start"]:
            self.add_error("end", "Before the first day.")
        return data
