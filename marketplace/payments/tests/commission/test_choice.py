"""The order of specificity, rung by rung, and that it always has one answer."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import Money
from marketplace.payments.commission.choice import (
    SaleFacts,
    choose,
    describe_conditions,
    obstacles,
    rank,
    specificity,
)
from marketplace.payments.models import CommissionRule

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEAR, FAR, OTHER = (UUID(int=number) for number in (1, 2, 3))
SALE = SaleFacts([NEAR, FAR], "T2", Money(20_000, "EUR"), AT)


def rule(**conditions: Any) -> CommissionRule:
    return CommissionRule(rate_bps=100, **{"valid_from_at": AT - timedelta(days=1), **conditions})


TIER: dict[str, Any] = {"currency": "EUR", "amount_from_minor": 10_000}
SOON: dict[str, Any] = {"is_promotional": True, "valid_until_at": AT + timedelta(days=1)}


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        ({"category_id": NEAR}, {"category_id": FAR, "seller_level": "T2", **TIER, **SOON}),
        ({"category_id": FAR}, {"seller_level": "T2", **TIER, **SOON}),
        ({"seller_level": "T2"}, {**TIER, **SOON}),
        (TIER, {"currency": "EUR", **SOON}),
        ({"currency": "EUR"}, SOON),
        (SOON, {}),
    ],
)
def test_each_rung_beats_everything_below_it(winner: dict[str, Any], loser: dict[str, Any]) -> None:
    rules = [rule(name="loser", **loser), rule(name="winner", **winner)]
    assert [each.name for each in rank(rules, SALE)] == ["winner", "loser"]


@pytest.mark.parametrize(
    ("conditions", "obstacle"),
    [
        ({"category_id": OTHER}, "another category"),
        ({"seller_level": "T3"}, "only sellers of level T3"),
        ({"currency": "USD"}, "only sales in USD"),
        ({"currency": "EUR", "amount_from_minor": 20_001}, "only from 200.01 EUR"),
        ({"currency": "EUR", "amount_to_minor": 20_000}, "only below 200.00 EUR"),
        ({"valid_from_at": AT + timedelta(seconds=1)}, "not yet valid"),
        ({"valid_until_at": AT}, "no longer valid"),
    ],
)
def test_a_rule_whose_condition_fails_does_not_apply_and_says_why(
    conditions: dict[str, Any], obstacle: str
) -> None:
    failing = rule(**conditions)
    assert choose([failing], SALE) is None
    assert list(obstacles(failing, SALE)) == [obstacle]


def test_the_bounds_of_tiers_and_periods_belong_to_the_later_one() -> None:
    exact = rule(currency="EUR", amount_from_minor=20_000, valid_from_at=AT)
    assert choose([exact], SALE) is exact


def test_conditions_are_told_in_words() -> None:
    narrow = rule(
        category_id=NEAR,
        seller_level="T2",
        currency="EUR",
        amount_from_minor=1_000,
        amount_to_minor=50_000,
        **SOON,
    )
    assert describe_conditions(narrow, "Cameras") == [
        "category Cameras",
        "sellers of level T2",
        "orders from 10.00 EUR and below 500.00 EUR",
        "promotion",
    ]
    assert describe_conditions(rule()) == []


KINDS: list[list[dict[str, Any]]] = [
    [{}, {"category_id": NEAR}, {"category_id": FAR}],
    [{}, {"seller_level": "T2"}],
    [{}, {"currency": "EUR"}, TIER],
    [{}, SOON],
]
every_kind = [
    rule(**{**category, **level, **amount, **period})
    for category, level, amount, period in product(*KINDS)
]


@given(st.permutations(every_kind))
def test_rules_that_differ_in_a_condition_never_stand_equal(order: list[CommissionRule]) -> None:
    ranked = rank(order, SALE)
    places = [specificity(each, SALE.category_ids) for each in ranked]
    assert len(ranked) == len(every_kind)
    assert len(set(places)) == len(places)
    assert places == sorted(places)
