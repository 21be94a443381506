"""Money as PayPal writes it: a decimal string with the places that PayPal gives the currency.

Source: https://developer.paypal.com/api/rest/reference/currency-codes/ (HUF, JPY and TWD take no
decimals there, though ISO 4217 gives HUF and TWD two).
"""

from collections.abc import Mapping
from decimal import Decimal

from marketplace.core.money import InvalidMoney, Money, exponent
from marketplace.payments.providers.protocol import ProviderRejected

WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})
SUPPORTED = WITHOUT_DECIMALS | {
    *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS"),
    *("MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "USD"),
}


def value_of(money: Money) -> str:
    """``"12.50"`` for EUR, ``"1250"`` for JPY and HUF.

    Raises :class:`ProviderRejected` for what PayPal cannot hold: nothing is ever rounded.
    """
    if money.currency not in SUPPORTED:
        raise ProviderRejected(
            f"PayPal does not take {money.currency}", code="currency_not_supported"
        )
    if money.currency not in WITHOUT_DECIMALS:
        return money.to_decimal_string()
    whole, rest = divmod(money.amount_minor, 10 ** exponent(money.currency))
    if rest:
        raise ProviderRejected(
            f"PayPal takes whole {money.currency} only", code="amount_not_representable"
        )
    return str(whole)


def amount_of(money: Money) -> dict[str, str]:
    """The form of Orders, Payments, Disputes and Reporting."""
    return {"currency_code": money.currency, "value": value_of(money)}


def money_of(amount: Mapping[str, str]) -> Money:
    """Back again; Payouts names the currency differently. Raises ValueError and KeyError."""
    currency = amount["currency_code"] if "currency_code" in amount else amount["currency"]
    value = amount["value"]
    if not isinstance(value, str):
        raise TypeError("an amount must be a string")
    try:
        return Money.from_decimal(Decimal(value), currency)
    except (InvalidMoney, ArithmeticError) as error:
        raise ValueError("the amount is not one of its currency") from error
