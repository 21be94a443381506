from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.money import CurrencyMismatch, Money
from marketplace.payments.models import CommissionRule
from marketplace.payments.services import CommissionTerms, SaleLine, quote_commission
from marketplace.payments.services.quote_commission import combine_commission
from marketplace.payments.tests.commission.rules import rule
from marketplace.payments.tests.factories import HUNDRED_EUR, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_rules() -> None:
    CommissionRule.objects.all().delete()


def quote(*lines: SaleLine, seller_id: object = None) -> CommissionTerms:
    return quote_commission(
        lines=lines or [SaleLine(HUNDRED_EUR)],
        seller_id=seller_id or new_id(),  # type: ignore[arg-type]
    )


def test_the_nearest_category_wins_then_its_ancestors_then_the_default() -> None:
    near, far = new_id(), new_id()
    default, of_far = rule(1000), rule(700, category_id=far)
    assert quote(SaleLine(HUNDRED_EUR, [near, far])).rule_id == of_far.id
    of_near = rule(300, category_id=near)
    assert quote(SaleLine(HUNDRED_EUR, [near, far])).rule_id == of_near.id
    terms = quote(SaleLine(HUNDRED_EUR))
    assert (terms.rule_id, terms.commission) == (default.id, Money(1_000, "EUR"))


def test_the_sellers_level_is_asked_for_only_when_a_rule_names_one() -> None:
    seller = make_user()
    standing = rule(1000)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert quote(seller_id=seller.pk).rule_id == standing.id
    assert len(queries) == 1
    type(seller).objects.filter(pk=seller.pk).update(
        verification_level="T2", verification_status="VERIFIED"
    )
    known = rule(500, seller_level="T2")
    rule(100, seller_level="T3")
    with CaptureQueriesContext(connection) as queries:
        assert quote(seller_id=seller.pk).rule_id == known.id
    assert len(queries) == 2
    assert quote(seller_id=make_user().pk).rule_id == standing.id


def test_a_tier_looks_at_the_whole_order_and_in_its_own_currency() -> None:
    small, large = rule(1000), rule(400, currency="EUR", amount_from_minor=15_000)
    assert quote(SaleLine(HUNDRED_EUR)).rule_id == small.id
    assert quote(SaleLine(HUNDRED_EUR), SaleLine(HUNDRED_EUR)).rule_id == large.id
    assert quote(SaleLine(Money(20_000, "USD"))).rule_id == small.id


def test_a_promotion_wins_while_it_runs() -> None:
    at = clock.now()
    standing = rule(1000)
    promotion = rule(200, is_promotional=True, valid_until_at=at + timedelta(hours=1))
    with clock.frozen(at):
        assert quote().rule_id == promotion.id
    with clock.frozen(at + timedelta(hours=1)):
        assert quote().rule_id == standing.id


def test_without_a_rule_that_is_valid_nothing_is_taken() -> None:
    now = clock.now()
    rule(900, valid_from_at=now + timedelta(days=1))
    rule(800, valid_until_at=now - timedelta(hours=1))
    terms = quote()
    assert (terms.rate_bps, terms.rule_id, terms.commission) == (0, None, Money(0, "EUR"))


def test_a_fixed_part_and_a_minimum_are_taken_once_per_rule_and_order() -> None:
    books, default = new_id(), rule(1000)
    of_books = rule(500, category_id=books, currency="EUR", fixed_minor=30, minimum_minor=600)
    terms = quote(
        SaleLine(Money(5_000, "EUR"), [books]),
        SaleLine(Money(1_000, "EUR")),
        SaleLine(Money(5_000, "EUR"), [books]),
    )
    assert (terms.base, terms.commission) == (Money(11_000, "EUR"), Money(700, "EUR"))
    shares = {part.rule_id: (part.base, part.commission) for part in terms.parts}
    assert shares == {
        of_books.id: (Money(10_000, "EUR"), Money(600, "EUR")),
        default.id: (Money(1_000, "EUR"), Money(100, "EUR")),
    }
    assert terms.rule_id is None
    assert "raised to the minimum" in terms.explanation


def test_taxes_and_the_buyers_shares_of_several_rules_add_up() -> None:
    books = new_id()
    taxed = {"tax_bps": 1900, "tax_jurisdiction": "DE"}
    rule(1000, buyer_share_bps=5000, **taxed)
    rule(500, category_id=books, **taxed)
    terms = quote(SaleLine(HUNDRED_EUR), SaleLine(HUNDRED_EUR, [books]))
    assert (terms.tax_minor, terms.tax_jurisdiction) == (190 + 95, "DE")
    assert terms.buyer_fee_minor == 595
    assert terms.net == Money(20_000 + 595 - 1_500 - 285, "EUR")
    assert CommissionTerms.from_json(terms.to_json()) == terms


def test_terms_from_before_there_was_more_than_a_rate_are_still_read() -> None:
    old: dict[str, Any] = {
        "rate_bps": 750,
        "rule_id": None,
        "base_minor": 10_000,
        "commission_minor": 750,
        "currency": "EUR",
        "parts": [],
    }
    terms = CommissionTerms.from_json(old)
    assert (terms.commission.amount_minor, terms.tax_minor, terms.buyer_fee_minor) == (750, 0, 0)
    assert (terms.rule_name, terms.explanation, terms.tax_jurisdiction) == ("", "", "")


def test_an_order_has_lines_of_one_currency_and_its_commission_one_tax() -> None:
    with pytest.raises(ValueError, match="nothing"):
        quote_commission(lines=[], seller_id=new_id())
    with pytest.raises(ValueError, match="nothing"):
        combine_commission(terms=[])
    with pytest.raises(CurrencyMismatch):
        quote(SaleLine(HUNDRED_EUR), SaleLine(Money(1, "USD")))
    zero = Money(0, "EUR")
    taxes = [
        CommissionTerms(0, None, HUNDRED_EUR, zero, tax_minor=1, tax_jurisdiction=where)
        for where in ("DE", "FR")
    ]
    with pytest.raises(ValueError, match="meet in one order"):
        combine_commission(terms=taxes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_bps": -1},
        {"rate_bps": 10_001},
        {"buyer_share_bps": 10_001},
        {"fixed_minor": 30},
        {"amount_from_minor": 1},
        {"currency": "EUR", "minimum_minor": 2, "cap_minor": 1},
        {"currency": "EUR", "amount_from_minor": 2, "amount_to_minor": 2},
        {"tax_bps": 100},
        {"tax_jurisdiction": "DE"},
        {"is_promotional": True},
        {"seller_level": "T9"},
    ],
)
def test_the_database_refuses_a_rule_that_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(**wrong)
