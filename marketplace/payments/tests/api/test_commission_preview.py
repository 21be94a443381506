"""What would I get for 120.00?"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from marketplace.core.actor import Role
from marketplace.core.ids import new_id
from marketplace.payments.models import CommissionRule
from marketplace.payments.tests.commission.rules import rule
from marketplace.payments.tests.commission.shelves import Shelves
from marketplace.payments.tests.factories import make_user
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
PATH = "/api/v1/payments/commission-preview/"


@pytest.fixture
def seller() -> User:
    CommissionRule.objects.all().delete()
    return make_user(Role.SELLER)


def ask(seller: User, **query: Any) -> Any:
    client = APIClient()
    client.force_authenticate(seller)
    return client.get(PATH, {"amount": "120.00", "currency": "EUR", **query})


def test_every_line_of_the_arithmetic_and_why_the_rule_applies(
    seller: User, shelves: Shelves
) -> None:
    below = shelves.put("Electronics", "Cameras")
    above = shelves.put("Electronics")
    rule(1000)
    of_above = rule(
        750,
        name="Electronics",
        category_id=above,
        currency="EUR",
        fixed_minor=30,
        tax_bps=1900,
        tax_jurisdiction="DE",
        buyer_share_bps=5000,
    )
    assert ask(seller, category=str(below)).json() == {
        "amount": "120.00",
        "currency": "EUR",
        "category": "Electronics > Cameras",
        "seller_level": "T0",
        "commission": "9.30",
        "tax": "1.77",
        "buyer_fee": "5.54",
        "buyer_pays": "125.54",
        "you_get": "114.47",
        "lines": [
            {"text": "7.5 % of 120.00 EUR", "amount": "9.00"},
            {"text": "a fixed part", "amount": "0.30"},
            {"text": "19 % tax on the commission (DE)", "amount": "1.77"},
            {"text": "the buyer pays 50 % of it on top", "amount": "-5.54"},
        ],
        "rule": {
            "id": str(of_above.id),
            "name": "Electronics",
            "conditions": ["category Electronics", "sales in EUR"],
            "valid_until": None,
        },
    }


def test_the_sellers_own_level_decides(seller: User) -> None:
    rule(1000)
    rule(300, name="Known sellers", seller_level="T2")
    assert ask(seller).json()["you_get"] == "108.00"
    User.objects.filter(pk=seller.pk).update(
        verification_level="T2", verification_status="VERIFIED"
    )
    assert ask(seller).json()["rule"]["name"] == "Known sellers"


def test_without_a_rule_nothing_is_taken(seller: User) -> None:
    answer = ask(seller, amount="12", currency="JPY").json()
    assert (answer["you_get"], answer["rule"]) == ("12", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"category": str(new_id())}, "category_unknown"),
        ({"category": "cameras"}, "invalid_input"),
        ({"currency": "ZZZ"}, "invalid_money"),
        ({"currency": "euro"}, "invalid_input"),
        ({"amount": "1.234"}, "invalid_money"),
        ({"amount": "many"}, "invalid_input"),
        ({"amount": "0"}, "invalid_input"),
        ({"amount": "-5.00"}, "invalid_input"),
        ({"price": "1.00"}, "invalid_input"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_what_is_wrong(
    seller: User, query: dict[str, str], code: str
) -> None:
    answer = ask(seller, **query)
    assert answer.status_code == 400
    assert answer.json()["code"] == code, answer.json()


@pytest.mark.parametrize("amount", ["1e3", "NaN", "1,000.00", "+5", " 5", ".5", "١٢", "9" * 20])
def test_what_is_no_amount_is_told_how_one_is_written(seller: User, amount: str) -> None:
    answer = ask(seller, amount=amount)
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert fault == {
        "field": "amount",
        "code": "invalid",
        "detail": "A decimal number in a string, such as 12.50.",
    }


def test_it_takes_as_many_queries_for_one_rule_as_for_fifty(seller: User, shelves: Shelves) -> None:
    category = shelves.put("Cameras")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ask(seller, category=str(category)).status_code == 200
        return len(captured)

    rule(1000)
    few = queries()
    for number in range(1, 51):
        rule(500, currency="EUR", amount_from_minor=number, amount_to_minor=number + 1)
    assert queries() == few == 2
    assert shelves.reads == 2, "the tree is read once per question"
