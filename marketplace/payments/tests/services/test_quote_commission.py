from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.models import CommissionRule
from marketplace.payments.services import combine_commission, quote_commission
from marketplace.payments.tests.factories import HUNDRED_EUR

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_rules() -> None:
    CommissionRule.objects.all().delete()


def rule(rate_bps: int, category_id: UUID | None = None, **changes: object) -> CommissionRule:
    at = clock.now()
    fields = {"valid_from_at": at - timedelta(days=1), "created_at": at, "updated_at": at}
    return CommissionRule.objects.create(
        name=f"{rate_bps}", rate_bps=rate_bps, category_id=category_id, **{**fields, **changes}
    )


def test_the_nearest_category_wins_then_its_ancestors_then_the_default() -> None:
    near, far = new_id(), new_id()
    default, of_far = rule(1000), rule(700, far)

    def quoted() -> object:
        return quote_commission(
            amount=HUNDRED_EUR, category_ids=[near, far], seller_id=new_id()
        ).rule_id

    assert quoted() == of_far.id
    of_near = rule(300, near)
    assert quoted() == of_near.id
    terms = quote_commission(amount=HUNDRED_EUR, category_ids=[], seller_id=new_id())
    assert (terms.rule_id, terms.commission) == (default.id, Money(1_000, "EUR"))


def test_a_rule_counts_only_while_it_is_valid() -> None:
    now = clock.now()
    rule(900, valid_from_at=now + timedelta(days=1))
    rule(800, valid_until_at=now - timedelta(hours=1))
    terms = quote_commission(amount=HUNDRED_EUR, category_ids=[], seller_id=new_id())
    assert (terms.rate_bps, terms.rule_id) == (0, None)


def test_of_two_valid_rules_the_one_that_began_last_wins() -> None:
    rule(900)
    newer = rule(400, valid_from_at=clock.now() - timedelta(minutes=1))
    terms = quote_commission(amount=HUNDRED_EUR, category_ids=[], seller_id=new_id())
    assert terms.rule_id == newer.id


@pytest.mark.parametrize(
    ("amount_minor", "rate_bps", "commission_minor"),
    [(1, 5000, 1), (1, 4999, 0), (10, 250, 0), (20, 250, 1), (12_345, 333, 411), (99, 10_000, 99)],
)
def test_halves_are_rounded_away_from_zero(
    amount_minor: int, rate_bps: int, commission_minor: int
) -> None:
    rule(rate_bps)
    terms = quote_commission(amount=Money(amount_minor, "EUR"), category_ids=[], seller_id=new_id())
    assert terms.commission.amount_minor == commission_minor


def test_lines_of_different_rates_add_up() -> None:
    books, default = new_id(), rule(1000)
    of_books = rule(500, books)
    first = quote_commission(amount=Money(10_000, "EUR"), category_ids=[books], seller_id=new_id())
    second = quote_commission(amount=Money(5_000, "EUR"), category_ids=[], seller_id=new_id())
    both = combine_commission(terms=[first, second])
    assert (both.base, both.commission) == (Money(15_000, "EUR"), Money(1_000, "EUR"))
    assert {part.rule_id for part in both.parts} == {of_books.id, default.id}
    assert combine_commission(terms=[first]) == first
    with pytest.raises(ValueError, match="nothing"):
        combine_commission(terms=[])


@pytest.mark.parametrize("rate_bps", [-1, 10_001])
def test_the_database_refuses_a_rate_outside_0_to_100_percent(rate_bps: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(rate_bps)
