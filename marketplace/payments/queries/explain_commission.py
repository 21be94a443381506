"""Which rule governs a sale, why, and what it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core import clock
from marketplace.core.categories import NamedCategory, categories
from marketplace.core.errors import InvalidInput
from marketplace.core.money import Money
from marketplace.payments.commission.charge import Charge, Rates, charge
from marketplace.payments.commission.choice import (
    SaleFacts,
    describe_conditions,
    obstacles,
    rank,
)
from marketplace.payments.errors import CategoryUnknown
from marketplace.payments.models import CommissionRule
from marketplace.payments.repositories.commission_rules import candidates, rules_valid_at
from marketplace.users.queries import get_user

MOST_RULES = 500
"""So many rules are shown; a platform has dozens."""


@dataclass(frozen=True, slots=True)
class RankedRule:
    """A rule for the sale in question. ``place`` counts from 1; None: it does not apply."""

    id: UUID
    name: str
    conditions: tuple[str, ...]
    rates: Rates
    currency: str
    valid_from_at: datetime
    valid_until_at: datetime | None
    place: int | None
    obstacles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommissionExplanation:
    """``rules``: those that apply, the winner first, then the others with what keeps them out."""

    amount: Money
    category: NamedCategory | None
    seller_level: str
    at: datetime
    charge: Charge
    rules: Sequence[RankedRule]

    @property
    def winner(self) -> RankedRule | None:
        first = next(iter(self.rules), None)
        return first if first and first.place else None


def preview_commission(
    *, seller_id: UUID, amount: Money, category_id: UUID | None
) -> CommissionExplanation:
    """What this seller would get of goods worth ``amount``, sold now; only rules that apply.

    Raises :class:`InvalidInput` for an amount that is not above zero, :class:`CategoryUnknown`.
    """
    at = clock.now()
    lineage = _lineage(category_id)
    rules = candidates(
        category_ids=[category.id for category in lineage], currency=amount.currency, at=at
    )
    level = get_user(user_id=seller_id).verification_level
    return _explain(rules, amount, lineage, level, at, with_others=False)


def explain_commission(
    *, amount: Money, category_id: UUID | None, seller_level: str, at: datetime
) -> CommissionExplanation:
    """Every rule of that moment for a sale as described: ranked, or with what keeps it out.

    Raises :class:`InvalidInput` for an amount that is not above zero, :class:`CategoryUnknown`.
    """
    rules = list(rules_valid_at(at)[:MOST_RULES])
    return _explain(rules, amount, _lineage(category_id), seller_level, at, with_others=True)


def _lineage(category_id: UUID | None) -> Sequence[NamedCategory]:
    if category_id is None:
        return ()
    lineage = categories().lineage(category_id)
    if not lineage:
        raise CategoryUnknown(fields={"category": ["There is no such category."]})
    return lineage


def _explain(
    rules: Sequence[CommissionRule],
    amount: Money,
    lineage: Sequence[NamedCategory],
    level: str,
    at: datetime,
    *,
    with_others: bool,
) -> CommissionExplanation:
    if not amount.is_positive:
        raise InvalidInput("The amount must be more than zero.", fields={"amount": ["Above zero."]})
    sale = SaleFacts([category.id for category in lineage], level, amount, at)
    ranked = rank(rules, sale)
    shown = [(rule, place) for place, rule in enumerate(ranked, start=1)]
    names: Mapping[UUID, str] = {category.id: category.name for category in lineage}
    if with_others:
        applying = {rule.id for rule in ranked}
        others = [rule for rule in rules if rule.id not in applying]
        shown += [(rule, 0) for rule in others]
        if any(rule.category_id not in names for rule in others):
            names = {category.id: category.name for category in categories().everything()}
    rates = ranked[0].rates if ranked else Rates(rate_bps=0)
    return CommissionExplanation(
        amount=amount,
        category=lineage[0] if lineage else None,
        seller_level=level,
        at=at,
        charge=charge(amount, rates),
        rules=[_ranked(rule, place, sale, names) for rule, place in shown],
    )


def _ranked(
    rule: CommissionRule, place: int, sale: SaleFacts, names: Mapping[UUID, str]
) -> RankedRule:
    name = names.get(rule.category_id, "") if rule.category_id else ""
    return RankedRule(
        id=rule.id,
        name=rule.name,
        conditions=tuple(describe_conditions(rule, name)) or ("every sale",),
        rates=rule.rates,
        currency=rule.currency,
        valid_from_at=rule.valid_from_at,
        valid_until_at=rule.valid_until_at,
        place=place or None,
        obstacles=tuple(obstacles(rule, sale)),
    )
