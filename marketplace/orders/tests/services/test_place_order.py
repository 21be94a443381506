from collections.abc import Callable
from typing import Any

import pytest

from marketplace.core.clock import now
from marketplace.core.errors import DomainError
from marketplace.core.events.testing import recorded
from marketplace.core.money import Money
from marketplace.logistics.errors import ShippingMethodNotAvailable, ShippingMethodUnknown
from marketplace.logistics.models import ShippingMethod
from marketplace.orders import errors
from marketplace.orders.models import (
    Checkout,
    Deadline,
    DeadlineKind,
    EscrowPolicy,
    Order,
    OrderEvent,
    OrderStatus,
)
from marketplace.orders.services import BasketLine, place_order
from marketplace.orders.tests.factories import ADDRESS, everything, place
from marketplace.payments.models import CommissionRule, Payment
from marketplace.products.models import Product, ProductStatus
from marketplace.products.services import OutOfStock, ProductNotAvailable
from marketplace.products.tests.factories import make_category, make_product
from marketplace.users.models import User
from marketplace.users.tests.factories import actor, make_buyer, make_seller

pytestmark = pytest.mark.django_db


def test_a_basket_becomes_an_order_with_everything_frozen() -> None:
    buyer, product = make_buyer(), make_product(price_minor=2500)

    (placed,) = place(buyer, [(product, 2)], notes="Ring twice")

    assert placed.status == OrderStatus.PENDING_PAYMENT
    assert (placed.subtotal, placed.shipping_cost) == (Money(5000, "EUR"), Money(490, "EUR"))
    assert (placed.tax, placed.total) == (Money(0, "EUR"), Money(5490, "EUR"))
    assert placed.notes == "Ring twice"
    assert placed.shipping_address["city"] == "Nairobi"
    (item,) = placed.items
    assert (item.title, item.quantity, item.unit_price) == (product.title, 2, Money(2500, "EUR"))
    assert item.total_price == Money(5000, "EUR")
    product.refresh_from_db()
    assert product.inventory_count == 8
    assert [deadline.kind for deadline in placed.deadlines] == [DeadlineKind.PAY]
    payment = Payment.objects.get(order_id=placed.id)
    assert (payment.id, payment.amount_minor) == (placed.payment_id, 5490)
    assert [event["order_id"] for event in recorded("orders.OrderPlaced")] == [str(placed.id)]
    assert OrderEvent.objects.get(order_id=placed.id).command == "place_order"


def test_a_card_payer_has_thirty_minutes() -> None:
    (placed,) = place(make_buyer(), [(make_product(), 1)])
    (deadline,) = placed.deadlines
    assert (deadline.due_at - placed.created_at).total_seconds() == 30 * 60


def test_a_basket_of_two_sellers_becomes_two_orders_of_one_checkout() -> None:
    first, second = make_product(), make_product(price_minor=900)

    orders = place(make_buyer(), [(first, 1), (second, 3)])

    assert {order.seller_id for order in orders} == {first.seller_id, second.seller_id}
    assert len({order.checkout_id for order in orders}) == 1
    assert sorted(order.subtotal.amount_minor for order in orders) == [2500, 2700]


def test_two_currencies_of_two_sellers_are_two_orders() -> None:
    orders = place(make_buyer(), [(make_product(), 1), (make_product(currency="USD"), 1)])
    assert {order.currency for order in orders} == {"EUR", "USD"}


def test_lines_of_one_product_are_added_up() -> None:
    product = make_product()
    (placed,) = place(make_buyer(), [(product, 1), (product, 2)])
    assert [item.quantity for item in placed.items] == [3]


def test_the_price_is_the_one_under_the_lock_and_stays() -> None:
    product = make_product(price_minor=2500)
    (placed,) = place(make_buyer(), [(product, 1)])
    Product.objects.filter(pk=product.pk).update(price_minor=9900, title="Dearer")
    order = Order.objects.get(id=placed.id)
    assert order.subtotal_minor == 2500
    assert order.items.get().title == product.title


def test_the_commission_of_each_line_is_of_its_own_category_and_is_frozen() -> None:
    CommissionRule.objects.all().delete()
    dear, cheap = make_category(), make_category()
    for category, bps in ((dear, 1000), (cheap, 500)):
        CommissionRule.objects.create(
            category_id=category.pk,
            rate_bps=bps,
            valid_from_at=now(),
            created_at=now(),
            updated_at=now(),
        )
    seller = make_seller()
    lamp = make_product(seller=seller, categories=[dear], price_minor=10_000)
    book = make_product(seller=seller, categories=[cheap], price_minor=1000)

    (placed,) = place(make_buyer(), [(lamp, 1), (book, 2)])
    CommissionRule.objects.update(rate_bps=9000)

    terms = Order.objects.get(id=placed.id).commission_terms
    assert terms["commission_minor"] == 1000 + 100
    assert Payment.objects.get(order_id=placed.id).commission_minor == 1100


def test_the_buyers_share_of_the_commission_is_part_of_what_the_order_costs() -> None:
    CommissionRule.objects.all().delete()
    CommissionRule.objects.create(
        rate_bps=1000,
        tax_bps=1900,
        tax_jurisdiction="DE",
        buyer_share_bps=5000,
        valid_from_at=now(),
        created_at=now(),
        updated_at=now(),
    )
    (placed,) = place(make_buyer(), [(make_product(price_minor=10_000), 1)])
    # 10 % of 100.00 is 10.00, and 19 % of that 1.90; of the 11.90 the buyer pays 5.95.
    assert placed.buyer_fee == Money(595, "EUR")
    assert placed.total == placed.subtotal + placed.shipping_cost + placed.buyer_fee
    payment = Payment.objects.get(order_id=placed.id)
    assert payment.amount_minor == placed.total.amount_minor
    assert payment.commission_terms["tax_minor"] == 190
    assert payment.commission_terms["buyer_fee_minor"] == 595


def test_the_policy_of_the_nearest_category_is_pinned() -> None:
    above = make_category()
    below = make_category(parent=above)
    EscrowPolicy.objects.create(category=above, pay_within_minutes=5)

    (placed,) = place(make_buyer(), [(make_product(categories=[below]), 1)])
    EscrowPolicy.objects.update(pay_within_minutes=99)

    assert placed.escrow_terms["pay_within_minutes"] == 5
    assert Order.objects.get(id=placed.id).terms.pay_within_minutes == 5
    deadline = Deadline.objects.get(order_id=placed.id)
    assert (deadline.due_at - placed.created_at).total_seconds() == 5 * 60


def test_an_installation_without_a_policy_row_uses_the_defaults() -> None:
    EscrowPolicy.objects.all().delete()
    (placed,) = place(make_buyer(), [(make_product(), 1)])
    assert placed.escrow_terms["inspection_tracked_hours"] == 72


def broken(**changes: Any) -> dict[str, Any]:
    return {**ADDRESS, **changes}


@pytest.mark.parametrize(
    ("address", "field"),
    [
        (broken(city=""), "shipping_address.city"),
        (broken(city="  "), "shipping_address.city"),
        (broken(country="Kenya"), "shipping_address.country"),
        (broken(country="XQ"), "shipping_address.country"),
        (broken(recipient=7), "shipping_address.recipient"),
        (broken(line1="x" * 201), "shipping_address.line1"),
        (broken(line1="a\nb"), "shipping_address.line1"),
        (broken(planet="Earth"), "shipping_address.planet"),
        ({}, "shipping_address.recipient"),
    ],
)
def test_a_wrong_address_is_named(address: dict[str, Any], field: str) -> None:
    product, before = make_product(), None
    buyer = make_buyer()
    before = everything()
    with pytest.raises(errors.AddressInvalid) as refused:
        place(buyer, [(product, 1)], shipping_address=address)
    assert field in refused.value.fields
    assert everything() == before


def suspended_seller() -> Product:
    return make_product(seller=make_seller(suspended_at=now()))


Lines = list[tuple[Product, int]]
MakeLines = Callable[[User, User], Lines]
"""(buyer, seller of a good product) → what else is in the basket."""

REFUSALS: dict[str, tuple[MakeLines, type[DomainError]]] = {
    "one's own": (lambda buyer, _: [(make_product(seller=buyer), 1)], errors.OwnListing),
    "a draft": (
        lambda *_: [(make_product(status=ProductStatus.DRAFT), 1)],
        ProductNotAvailable,
    ),
    "too few": (lambda *_: [(make_product(inventory_count=1), 2)], OutOfStock),
    "unknown": (lambda *_: [(Product(), 1)], errors.ProductUnknown),
    "deleted": (
        lambda *_: [(make_product(status=ProductStatus.INACTIVE, deleted_at=now()), 1)],
        errors.ProductUnknown,
    ),
    "a suspended seller's": (
        lambda *_: [(make_product(seller=make_seller(suspended_at=now())), 1)],
        errors.SellerNotTrading,
    ),
    "another currency": (
        lambda _, seller: [(make_product(seller=seller, currency="USD"), 1)],
        errors.BasketMixesCurrencies,
    ),
    "no price for shipping": (
        lambda *_: [(make_product(currency="CHF"), 1)],
        ShippingMethodNotAvailable,
    ),
    "none of it": (lambda *_: [(make_product(), 0)], errors.BasketInvalid),
    "too many": (
        lambda *_: [(make_product(inventory_count=5000), 1001)],
        errors.BasketInvalid,
    ),
    "too many lines": (lambda *_: [(make_product(), 1)] * 51, errors.BasketInvalid),
    "too dear": (lambda *_: [(make_product(price_minor=10**15), 2)], errors.BasketInvalid),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_one_bad_line_and_nothing_of_the_basket_is_placed(case: str) -> None:
    buyer, seller = make_seller(), make_seller()
    make_lines, expected = REFUSALS[case]
    lines = [(make_product(seller=seller), 1), *make_lines(buyer, seller)]
    before = everything()

    with pytest.raises(expected):
        place(buyer, lines)

    assert everything() == before
    assert Checkout.objects.count() == 0


def test_an_unknown_way_of_shipping_is_refused() -> None:
    buyer, product = make_buyer(), make_product()
    before = everything()
    with pytest.raises(ShippingMethodUnknown):
        place(buyer, [(product, 1)], method="pigeon")
    assert everything() == before


def test_a_way_of_shipping_that_does_not_go_there_is_refused() -> None:
    buyer, product = make_buyer(), make_product()
    ShippingMethod.objects.filter(code="standard").update(countries=["DE"])
    before = everything()
    with pytest.raises(ShippingMethodNotAvailable):
        place(buyer, [(product, 1)])
    assert everything() == before


def test_a_basket_line_of_nothing_is_refused() -> None:
    with pytest.raises(errors.BasketInvalid):
        place_order(
            actor=actor(make_buyer()),
            lines=[BasketLine(product_id=make_product().pk, quantity=-1)],
            shipping_address=ADDRESS,
            shipping_method="standard",
        )
