"""Filling a wallet over HTTP, and paying an order with it."""

from typing import Any

import pytest

from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.models import TopUp
from marketplace.payments.providers.protocol import ProviderUnknown
from marketplace.payments.tests.api.test_payments_api import client_of, count_queries
from marketplace.payments.tests.factories import (
    everything,
    make_user,
    report_top_up,
    start_top_up,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
PATH = "/api/v1/wallet/top-ups/"
BODY = {
    "amount": "50.00",
    "currency": "EUR",
    "payment_method": "card",
    "return_url": "https://shop.test/wallet",
}


@pytest.fixture
def user(provider: FakeProvider) -> User:
    return make_user()


def post(user: User, key: str = "key-1", **changes: Any) -> Any:
    return client_of(user).post(
        PATH, {**BODY, **changes}, format="json", headers={"Idempotency-Key": key}
    )


def test_it_answers_where_to_pay(user: User) -> None:
    answer = post(user)

    assert answer.status_code == 201
    body = answer.json()
    assert (body["amount"], body["status"]) == ("50.00", "PENDING")
    assert body["next_action"]["type"] == "redirect"
    assert client_of(user).get(f"{PATH}{body['id']}/").json() == body


def test_it_is_complete_when_the_money_has_come(user: User, provider: FakeProvider) -> None:
    top_up = post(user).json()
    report_top_up(provider, TopUp.objects.get().id)

    shown = client_of(user).get(f"{PATH}{top_up['id']}/").json()

    assert (shown["status"], shown["next_action"]) == ("COMPLETED", {"type": "none"})
    (wallet,) = client_of(user).get("/api/v1/wallet/").json()["results"]
    assert wallet["available"] == "50.00"


def test_the_same_request_again_is_the_same_top_up(user: User) -> None:
    first = post(user)
    again = post(user)

    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert TopUp.objects.count() == 1


def test_nobody_else_sees_it(user: User) -> None:
    top_up = post(user).json()

    assert client_of(make_user()).get(f"{PATH}{top_up['id']}/").status_code == 404
    assert client_of(make_user()).get(PATH).json()["results"] == []
    assert client_of(user).get(f"{PATH}{new_id()}/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "0.00"}, 400, "top_up_not_positive"),
        ({"amount": "0.99"}, 422, "top_up_outside_limits"),
        ({"amount": "1000.01"}, 422, "top_up_outside_limits"),
        ({"amount": "1.001"}, 400, "invalid_money"),
        ({"currency": "XXQ"}, 400, "invalid_money"),
        ({"currency": "euro"}, 400, "invalid_input"),
        ({"return_url": ""}, 400, "invalid_input"),
        ({"payment_method": "pigeon"}, 422, "payment_method_unavailable"),
        ({"surplus": 1}, 400, "invalid_input"),
    ],
)
def test_what_is_refused_changes_nothing(
    user: User, changes: dict[str, Any], status: int, code: str
) -> None:
    before = everything()

    answer = post(user, **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert everything() == before


def test_without_a_key_it_is_refused(user: User) -> None:
    answer = client_of(user).post(PATH, BODY, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


def test_no_answer_of_the_provider_is_told_and_the_same_key_finds_out(
    user: User, provider: FakeProvider
) -> None:
    provider.fail_next = [ProviderUnknown("silence")]
    assert post(user).json()["code"] == "payment_outcome_unknown"

    again = post(user)

    assert (again.status_code, again.json()["status"]) == (201, "PENDING")
    assert TopUp.objects.count() == 1


def test_a_list_asks_as_often_for_fifty_as_for_one(user: User, provider: FakeProvider) -> None:
    start_top_up(user)
    few, _ = count_queries(client_of(user), PATH)
    for number in range(49):
        start_top_up(user, Money(100, "EUR"), key=f"more-{number}")

    many, body = count_queries(client_of(user), PATH)

    assert (few, many) == (few, few)
    assert len(body["results"]) == 50
    assert [row["created_at"] for row in body["results"]] == sorted(
        (row["created_at"] for row in body["results"]), reverse=True
    )
