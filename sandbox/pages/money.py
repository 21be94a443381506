"""Amounts as people write them."""

from decimal import Decimal


def format_amount(amount_minor: int, currency: str) -> str:
    """`€12.00`, `¥1,200`, `KWD 1.250`: by the currency's own number of places."""
    from babel.numbers import format_currency, get_currency_precision

    amount = Decimal(amount_minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale="en")
