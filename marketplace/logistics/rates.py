"""Strategies that find the price of a shipping method. Which one is used is a column of the method.

A new way of pricing is a function here and a value of ``RateStrategy``; nothing else changes.
"""

from collections.abc import Callable, Mapping

from marketplace.core.money import Money
from marketplace.logistics.models import RateStrategy, ShippingRate

GRAMS_PER_KG = 1000

Strategy = Callable[[ShippingRate, Money, int], Money]
"""(rate, subtotal, weight in grams) → cost."""


def flat(rate: ShippingRate, _subtotal: Money, _weight_grams: int) -> Money:
    return Money(rate.base_minor, rate.currency)


def free_above(rate: ShippingRate, subtotal: Money, _weight_grams: int) -> Money:
    """The base price; nothing from ``free_from_minor`` on."""
    if rate.free_from_minor is not None and subtotal.amount_minor >= rate.free_from_minor:
        return Money.zero(rate.currency)
    return Money(rate.base_minor, rate.currency)


def by_weight(rate: ShippingRate, _subtotal: Money, weight_grams: int) -> Money:
    """The base price and ``per_kg_minor`` for every started kilogram."""
    started_kg = -(-weight_grams // GRAMS_PER_KG)
    return Money(rate.base_minor + started_kg * rate.per_kg_minor, rate.currency)


STRATEGIES: Mapping[str, Strategy] = {
    RateStrategy.FLAT: flat,
    RateStrategy.FREE_ABOVE: free_above,
    RateStrategy.BY_WEIGHT: by_weight,
}
