"""Flutterwave counts in major units as JSON numbers: read and written as decimals, never floats."""

import json
from decimal import Decimal
from typing import Any

import orjson

from marketplace.core.money import InvalidMoney, Money
from marketplace.payments.providers.protocol import ProviderRejected


def loads(content: bytes) -> Any:
    """JSON whose numbers with a fraction are :class:`Decimal`; raises ValueError."""
    return json.loads(content, parse_float=Decimal, parse_constant=_no_number)


def dumps(body: Any) -> bytes:
    """JSON in which :func:`number_of` stands digit by digit."""
    return orjson.dumps(body)


def number_of(money: Money) -> orjson.Fragment:
    """``12.50`` as a bare JSON number: what a float would print is not always what was meant."""
    return orjson.Fragment(money.to_decimal_string().encode())


def money_of(amount: Any, currency: str) -> Money:
    """Raises ValueError and TypeError for what is no amount of this currency."""
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal | str):
        raise TypeError("an amount must be a number")
    try:
        return Money.from_decimal(Decimal(amount), currency)
    except (InvalidMoney, ArithmeticError) as error:
        raise ValueError("the amount is not one of its currency") from error


def fee_of(amount: Any, currency: str) -> Money | None:
    """A fee, which Flutterwave writes with more places than the currency has (26.875 NGN): rounded
    half up, as it settles in whole minor units. None where it is not said."""
    if amount is None:
        return None
    places = Money.zero(currency).to_decimal_string()
    return money_of(Decimal(amount).quantize(Decimal(places), "ROUND_HALF_UP"), currency)


def check_currency(amount: Money, collected: str) -> None:
    """A refund names no currency there: 100 of the wrong one would go back as 100 of the other."""
    if amount.currency != collected:
        raise ProviderRejected(
            f"the payment was in {collected}, the refund in {amount.currency}",
            code="currency_mismatch",
        )


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")
