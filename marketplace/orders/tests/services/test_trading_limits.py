"""Limits by verification level: what an order may cost, and what goes together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.orders.errors import SellerLimitReached, TradingLimitReached
from marketplace.orders.models import Checkout, Order, TradingLimit
from marketplace.orders.tests.factories import Deal, place
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.models import Product
from marketplace.products.tests.factories import make_product
from marketplace.users.models import User
from marketplace.users.queries import list_levels
from marketplace.users.tests.factories import (
    authorized_client,
    make_buyer,
    make_seller,
)
from marketplace.users.verification.tests.factories import grant

pytestmark = pytest.mark.django_db
TOTAL = 25_00 + 4_90
"""What one of the product costs with its shipping."""


def limit(level: str | None = "T0", currency: str | None = "EUR", **members: Any) -> None:
    TradingLimit.objects.create(currency=currency, verification_level=level, **members)


def lamp(seller: User | None = None) -> Product:
    return make_product(seller=seller or make_seller(), inventory_count=100)


def nothing_happened(product: Product) -> bool:
    product.refresh_from_db()
    return not Order.objects.exists() and not Checkout.objects.exists()


def test_an_order_up_to_the_limit_is_placed_and_one_above_is_not() -> None:
    buyer, product = make_buyer(), lamp()
    limit(buyer_order_minor=TOTAL)

    with pytest.raises(TradingLimitReached):
        place(buyer, [(product, 2)])
    assert nothing_happened(product)
    assert len(place(buyer, [(product, 1)])) == 1


def test_the_refusal_says_which_limit_and_what_lifts_it() -> None:
    buyer, product = make_buyer(), lamp()
    limit(buyer_order_minor=10_00)
    limit("T1", buyer_order_minor=10_00)
    limit("T2", buyer_order_minor=100_00)

    with pytest.raises(TradingLimitReached) as refusal:
        place(buyer, [(product, 1)])

    assert refusal.value.extra == {
        "limit": "buyer_order",
        "allowed": "10.00",
        "level": "T0",
        "lifted_by": "T2",
    }
    assert "Verify T2" in refusal.value.detail


def test_a_month_is_counted_and_moves_on() -> None:
    buyer, product = make_buyer(), lamp()
    limit(buyer_month_minor=TOTAL)
    place(buyer, [(product, 1)])

    with pytest.raises(TradingLimitReached) as refusal:
        place(buyer, [(product, 1)])
    assert refusal.value.extra["limit"] == "buyer_month"
    with clock.shifted(timedelta(days=31)):
        place(buyer, [(product, 1)])

    assert Order.objects.filter(buyer=buyer).count() == 2


def test_what_was_cancelled_is_not_counted(provider: FakeProvider) -> None:
    product = lamp()
    deal = Deal(provider, product=product)
    limit(buyer_month_minor=TOTAL, seller_month_minor=TOTAL)
    Order.objects.filter(id=deal.id).update(
        status="CANCELLED", cancelled_at=clock.now(), cancel_reason="PAYMENT_EXPIRED"
    )

    assert len(place(deal.buyer, [(product, 1)])) == 1


def test_open_orders_are_limited_over_all_currencies() -> None:
    buyer, product = make_buyer(), lamp()
    limit(currency=None, buyer_open_orders=2)
    for _ in range(2):
        place(buyer, [(product, 1)])

    with pytest.raises(TradingLimitReached) as refusal:
        place(buyer, [(product, 1)])

    assert (refusal.value.extra["limit"], refusal.value.extra["allowed"]) == (
        "buyer_open_orders",
        "2",
    )


@pytest.mark.parametrize("members", [{"seller_order_minor": 10_00}, {"seller_month_minor": 10_00}])
def test_a_buyer_learns_nothing_of_how_much_a_seller_sells(members: dict[str, Any]) -> None:
    product = lamp()
    limit(**members)

    with pytest.raises(SellerLimitReached) as refusal:
        place(make_buyer(), [(product, 1)])

    assert refusal.value.extra == {"seller_id": str(product.seller_id)}
    assert nothing_happened(product)


def test_a_higher_level_lifts_the_limit_and_running_orders_stay() -> None:
    buyer, product = make_buyer(), lamp()
    limit(buyer_month_minor=TOTAL)
    (first,) = place(buyer, [(product, 1)])
    grant(buyer, "T1")
    assert list_levels(user_ids=[buyer.pk]) == {buyer.pk: "T1"}

    place(buyer, [(product, 1)])
    # The level falls again, and a stricter limit comes: what was placed stays what it is.
    User.objects.filter(pk=buyer.pk).update(verification_level="T0")
    limit(None, buyer_order_minor=1)

    assert Order.objects.get(id=first.id).status == "PENDING_PAYMENT"
    assert Order.objects.filter(buyer=buyer).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_of_orders_at_the_same_moment_no_more_than_the_limit_get_through(side: str) -> None:
    product = lamp()
    members: dict[str, Any] = {f"{side}_month_minor": 3 * TOTAL}
    limit(**members)
    one = make_buyer()
    buyers = [one if side == "buyer" else make_buyer() for _ in range(8)]

    def order(buyer: User) -> Callable[[], Any]:
        def run() -> Any:
            try:
                return place(buyer, [(product, 1)])
            except DomainError as refusal:
                return refusal
            finally:
                connection.close()

        return run

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: each(), [order(buyer) for buyer in buyers]))

    placed = [answer for answer in answers if not isinstance(answer, DomainError)]
    assert len(placed) == 3
    assert Order.objects.count() == 3
    product.refresh_from_db()


def test_the_page_of_ones_verification_tells_limits_and_use() -> None:
    buyer, product = make_buyer(), lamp()
    limit(buyer_order_minor=100_00, buyer_month_minor=200_00)
    limit("T1", buyer_order_minor=100_00)
    limit(currency=None, buyer_open_orders=5)
    place(buyer, [(product, 1)])

    answer = authorized_client(buyer).get("/api/v1/users/me/verification/").json()

    told = {(each["name"], each["period"]): each for each in answer["limits"]}
    assert told["ordered_as_buyer", "month"] == {
        "name": "ordered_as_buyer",
        "period": "month",
        "currency": "EUR",
        "limit": "200.00",
        "used": "29.90",
        "lifted_by": "T1",
    }
    assert told["order_as_buyer", ""]["lifted_by"] == "T2"
    assert told["open_orders_as_buyer", "now"]["used"] == "1"
    assert (answer["level"], answer["next_level"], answer["next_action"]) == ("T0", "T1", "begin")
