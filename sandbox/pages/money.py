"""Amounts as people write them."""

from decimal import Decimal


def format_amount(amount_minor: int, currency: str) -> str:
    """`€12.00`, `¥1,200`, `KWD 1.250`: by the currency's own number of places."""
    # Babel takes a moment to load and is needed only when a page is looked at.
    from babel.numbers import format_currency, get_currency_precision

    amount = Decimal(amount_minor).scaleb(-get_currency_precision(currency))
    text = format_currency(amount, currency, locale="en")
    # A code instead of a sign needs a space, one that does not break.
    return text.replace(currency, f"{currency}\u00a0", 1) if text.startswith(currency) else text
