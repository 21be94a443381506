"""Lists of payments and statement lines: what they hold, and how they are narrowed down."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.services import refund_escrow
from marketplace.payments.tests.api.test_payments_api import API, client_of, count_queries
from marketplace.payments.tests.factories import (
    fill_wallet,
    hold,
    in_transaction,
    make_sale,
    make_user,
    pay_by_wallet,
    report_top_up,
    start_top_up,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
LINES, PAYMENTS = f"{API}/wallet/transactions/", f"{API}/payments/"


@pytest.fixture
def user(provider: FakeProvider) -> User:
    """Has topped up 100.00 EUR and 20.00 USD, bought for 60.00 EUR, and waits for a refund."""
    user = make_user()
    report_top_up(provider, start_top_up(user).id)
    report_top_up(provider, start_top_up(user, Money(2_000, "USD"), key="usd").id)
    pay_by_wallet(make_sale(Money(6_000, "EUR"), buyer=user))
    card = make_sale(Money(3_000, "EUR"), buyer=user)
    hold(card, provider)
    in_transaction(refund_escrow, order_id=card.order_id, reason="Not sent")
    return user


def lines(user: User, **query: Any) -> list[tuple[str, str, str, str]]:
    answer = client_of(user).get(LINES, query)
    assert answer.status_code == 200, answer.json()
    return [
        (line["type"], line["status"], line["wallet_change"], line["currency"])
        for line in answer.json()["results"]
    ]


def test_every_line_says_what_it_did_to_the_balance(user: User) -> None:
    assert lines(user) == [
        ("REFUND", "PENDING", "0.00", "EUR"),
        ("ESCROW_HOLD", "COMPLETED", "0.00", "EUR"),
        ("ESCROW_HOLD", "COMPLETED", "-60.00", "EUR"),
        ("DEPOSIT", "COMPLETED", "20.00", "USD"),
        ("DEPOSIT", "COMPLETED", "100.00", "EUR"),
    ]
    wallets = client_of(user).get(f"{API}/wallet/").json()["results"]
    assert {wallet["currency"]: wallet["available"] for wallet in wallets} == {
        "EUR": "40.00",
        "USD": "20.00",
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"type": "DEPOSIT"}, 2),
        ({"type": "DEPOSIT", "currency": "USD"}, 1),
        ({"status": "PENDING"}, 1),
        ({"status": "FAILED"}, 0),
        ({"currency": "EUR", "status": "COMPLETED"}, 3),
        ({"currency": "JPY"}, 0),
    ],
)
def test_lines_can_be_narrowed_down(user: User, query: dict[str, str], count: int) -> None:
    assert len(lines(user, **query)) == count


def test_a_period_has_its_first_moment_and_not_its_last(user: User, provider: FakeProvider) -> None:
    later = clock.now() + timedelta(days=3)
    with clock.frozen(later):
        report_top_up(provider, start_top_up(user, Money(500, "EUR"), key="later").id)

    at = later.isoformat()
    assert len(lines(user, created_from=at)) == 1
    assert len(lines(user, created_before=at)) == 5
    assert len(lines(user, created_from=at, created_before=at)) == 0
    client = client_of(user)
    assert len(client.get(PAYMENTS, {"created_before": at}).json()["results"]) == 2
    assert client.get(PAYMENTS, {"created_from": at}).json()["results"] == []


@pytest.mark.parametrize(
    "query", [{"status": "LOST"}, {"currency": "euro"}, {"created_from": "soon"}, {"kind": "x"}]
)
@pytest.mark.parametrize("path", [LINES, PAYMENTS])
def test_a_filter_that_is_none_is_refused(user: User, path: str, query: dict[str, str]) -> None:
    assert client_of(user).get(path, query).status_code == 400


def test_a_payment_can_be_looked_for_by_side_and_currency(
    user: User, provider: FakeProvider
) -> None:
    make_sale(Money(700, "USD"), seller=user)
    client = client_of(user)

    def count(**query: str) -> int:
        return len(client.get(PAYMENTS, query).json()["results"])

    assert (count(), count(role="BUYER"), count(role="SELLER")) == (3, 2, 1)
    assert (count(currency="USD"), count(currency="USD", role="BUYER")) == (1, 0)


def test_narrowed_lists_ask_as_often_for_fifty_as_for_one(provider: FakeProvider) -> None:
    user = make_user()
    path = f"{LINES}?status=COMPLETED&currency=EUR&created_from=2020-01-01T00:00:00Z"
    fill_wallet(user, provider, Money(100, "EUR"))
    few, _ = count_queries(client_of(user), path)
    for _ in range(49):
        fill_wallet(user, provider, Money(100, "EUR"))

    many, body = count_queries(client_of(user), path)

    assert len(body["results"]) == 50
    assert many == few


def test_a_stranger_sees_nothing_of_it(user: User) -> None:
    stranger = client_of(make_user())
    assert stranger.get(LINES).json()["results"] == []
    assert stranger.get(f"{API}/wallet/").json()["results"] == []
