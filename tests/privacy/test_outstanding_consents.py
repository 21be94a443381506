"""New terms were published: who has not agreed begins nothing new, and finishes what was begun."""

import pytest

from marketplace.core import clock
from marketplace.orders.models import Order
from marketplace.payments.models import TopUp
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.models import Product
from marketplace.users.models import PolicyDocument
from tests.access.rows import MATRIX, A
from tests.access.test_access_matrix import call
from tests.stage import Stage, set_stage, undone

pytestmark = pytest.mark.django_db
ROWS = {row.route: row for row in MATRIX}
BEGINS = (
    (f"POST {A}orders/", "buyer"),
    (f"POST {A}wallet/top-ups/", "buyer"),
    (f"POST {A}users/me/become-seller/", "buyer"),
    (f"POST {A}products/{{product_id}}/publish/", "seller"),
)
GOES_ON = (
    (f"POST {A}orders/{{order_id}}/pay/", "buyer"),
    (f"POST {A}orders/{{order_id}}/confirm/", "buyer"),
    (f"POST {A}orders/{{order_id}}/ship/", "seller"),
    (f"POST {A}wallet/withdrawals/", "seller"),
    (f"POST {A}products/", "seller"),
    (f"POST {A}users/me/exports/", "buyer"),
)


@pytest.fixture
def stage(provider: FakeProvider) -> Stage:
    stage = set_stage(provider)
    for kind in ("TERMS", "MARKETING"):
        PolicyDocument.objects.create(
            kind=kind,
            version="2026-12",
            url="https://shop.example/terms",
            is_required=kind == "TERMS",
            published_at=clock.now(),
        )
    return stage


def agree(stage: Stage, who: str) -> None:
    said = {"document": "TERMS", "version": "2026-12", "is_given": True}
    answer = stage.client(who).post(f"{A}users/me/consents/", said, format="json")
    assert answer.status_code == 201


def test_nothing_new_is_begun_before_the_present_terms_are_agreed_to(stage: Stage) -> None:
    counted = [model.objects.count() for model in (Order, TopUp)]
    for route, who in BEGINS:
        with undone():
            answer = call(stage, ROWS[route], who)
        told = answer.json()
        assert (answer.status_code, told["code"]) == (403, "consents_outstanding"), route
        assert told["outstanding"] == [
            {"document": "TERMS", "version": "2026-12", "url": "https://shop.example/terms"}
        ]
    assert [model.objects.count() for model in (Order, TopUp)] == counted
    assert Product.objects.get(pk=stage.ids["draft"]).status == "DRAFT"


def test_what_was_begun_goes_on_and_ones_money_is_not_held(stage: Stage) -> None:
    for route, who in GOES_ON:
        with undone():
            answer = call(stage, ROWS[route], who)
        assert answer.status_code == ROWS[route].expected[who], (route, answer.content)


def test_after_the_answer_everything_is_as_before(stage: Stage) -> None:
    agree(stage, "buyer")
    agree(stage, "seller")
    for route, who in BEGINS:
        with undone():
            answer = call(stage, ROWS[route], who)
        assert answer.status_code == ROWS[route].expected[who], (route, answer.content)
