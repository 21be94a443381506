"""Which rule governs a sale: one total order of specificity, so that there is always one answer.

Of the rules whose conditions all hold, the winner is the one that is first by, in this order:

1. category: the nearest of the product's categories, then its ancestors, then any category;
2. seller's level: one that names the seller's level before one for any level;
3. amount: a tier of order amounts before a currency alone before any currency;
4. period: a promotion before a standing rule.

Two rules with equal conditions 1 to 4, overlapping tiers and overlapping periods could both win:
the database refuses the second one (``payments_commission_no_tie``).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from marketplace.core.money import Money


class Conditions(Protocol):
    """What of a rule decides whether it applies."""

    category_id: UUID | None
    seller_level: str
    currency: str
    amount_from_minor: int | None
    amount_to_minor: int | None
    is_promotional: bool
    valid_from_at: datetime
    valid_until_at: datetime | None


R = TypeVar("R", bound=Conditions)


@dataclass(frozen=True, slots=True)
class SaleFacts:
    """What of a sale decides. ``category_ids``: nearest first; ``amount``: the order's goods."""

    category_ids: Sequence[UUID]
    seller_level: str
    amount: Money
    at: datetime


def choose(rules: Iterable[R], sale: SaleFacts) -> R | None:
    """The rule that governs the sale, if any does."""
    return next(iter(rank(rules, sale)), None)


def rank(rules: Iterable[R], sale: SaleFacts) -> list[R]:
    """The rules whose conditions hold, the most specific first."""
    applicable = [rule for rule in rules if not any(obstacles(rule, sale))]
    return sorted(applicable, key=lambda rule: specificity(rule, sale.category_ids))


def specificity(rule: Conditions, category_ids: Sequence[UUID]) -> tuple[int, int, int, int]:
    """Where the rule stands; smaller is more specific."""
    if rule.category_id is None:
        category = len(category_ids)
    else:
        category = list(category_ids).index(rule.category_id)
    amount = 0 if has_tier(rule) else 1 if rule.currency else 2
    return (category, 0 if rule.seller_level else 1, amount, 0 if rule.is_promotional else 1)


def has_tier(rule: Conditions) -> bool:
    return rule.amount_from_minor is not None or rule.amount_to_minor is not None


def obstacles(rule: Conditions, sale: SaleFacts) -> Iterator[str]:
    """Each condition of the rule that the sale does not meet, in words."""
    if rule.category_id is not None and rule.category_id not in sale.category_ids:
        yield "another category"
    if rule.seller_level and rule.seller_level != sale.seller_level:
        yield f"only sellers of level {rule.seller_level}"
    if rule.currency and rule.currency != sale.amount.currency:
        yield f"only sales in {rule.currency}"
    elif rule.currency:
        amount_minor = sale.amount.amount_minor
        if rule.amount_from_minor is not None and amount_minor < rule.amount_from_minor:
            yield f"only from {Money(rule.amount_from_minor, rule.currency)}"
        if rule.amount_to_minor is not None and amount_minor >= rule.amount_to_minor:
            yield f"only below {Money(rule.amount_to_minor, rule.currency)}"
    if sale.at < rule.valid_from_at:
        yield "not yet valid"
    if rule.valid_until_at is not None and sale.at >= rule.valid_until_at:
        yield "no longer valid"


def describe_conditions(rule: Conditions, category_name: str = "") -> list[str]:
    """The rule's conditions but its period, in words; empty for one that governs every sale."""
    words = []
    if rule.category_id is not None:
        words.append(f"category {category_name or rule.category_id}")
    if rule.seller_level:
        words.append(f"sellers of level {rule.seller_level}")
    if rule.currency and not has_tier(rule):
        words.append(f"sales in {rule.currency}")
    elif rule.currency:
        words.append(_tier(rule))
    if rule.is_promotional:
        words.append("promotion")
    return words


def _tier(rule: Conditions) -> str:
    parts = []
    if rule.amount_from_minor is not None:
        parts.append(f"from {Money(rule.amount_from_minor, rule.currency)}")
    if rule.amount_to_minor is not None:
        parts.append(f"below {Money(rule.amount_to_minor, rule.currency)}")
    return f"orders {' and '.join(parts)}"
