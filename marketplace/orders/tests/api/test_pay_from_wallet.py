"""Paying an order from the wallet, over HTTP."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from marketplace.core.money import Money
from marketplace.orders.tests.factories import Deal, everything
from marketplace.payments.tests import factories as payments
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(provider: FakeProvider) -> Deal:
    deal = Deal(provider)
    payments.fill_wallet(deal.buyer, provider, Money(2_990, "EUR"))
    return deal


def pay(deal: Deal, key: str = "key-1", **body: Any) -> Any:
    client = APIClient()
    client.force_authenticate(deal.buyer)
    return client.post(
        f"/api/v1/orders/{deal.id}/pay/",
        {"payment_method": "wallet", **body},
        format="json",
        headers={"Idempotency-Key": key},
    )


def test_it_is_paid_and_nothing_is_left_to_do(deal: Deal) -> None:
    answer = pay(deal)

    assert answer.status_code == 200
    body = answer.json()
    assert body["next_action"] == {"type": "none"}
    assert (body["payment"]["status"], body["payment"]["escrow_status"]) == (
        "COMPLETED",
        "IN_ESCROW",
    )
    assert deal.status == "PAYMENT_RECEIVED"


def test_the_same_request_again_is_answered_from_memory(deal: Deal) -> None:
    first = pay(deal)
    before = everything()

    again = pay(deal)

    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert everything() == before


def test_too_little_money_is_a_clear_refusal_that_changes_nothing(provider: FakeProvider) -> None:
    deal = Deal(provider)
    payments.fill_wallet(deal.buyer, provider, Money(1_000, "EUR"))
    before = everything()

    answer = pay(deal)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "insufficient_balance")
    assert problem["detail"] == "This order costs 29.90 EUR; 10.00 EUR is in the wallet."
    assert everything() == before


def test_other_methods_still_say_where_to_come_back_to(deal: Deal) -> None:
    answer = pay(deal, payment_method="card")

    assert answer.status_code == 400
    assert "return_url" in str(answer.json())


def test_a_stranger_pays_nothing(deal: Deal) -> None:
    client = APIClient()
    client.force_authenticate(payments.make_user())
    answer = client.post(
        f"/api/v1/orders/{deal.id}/pay/",
        {"payment_method": "wallet"},
        format="json",
        headers={"Idempotency-Key": "x"},
    )
    assert answer.status_code == 404
    assert deal.status == "PENDING_PAYMENT"
