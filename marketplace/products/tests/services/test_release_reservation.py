from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from marketplace.core import clock
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.products.models import Product, ReservationState, StockReservation
from marketplace.products.services import (
    ReservationNotHeld,
    StockLine,
    consume_reservation,
    release_reservation,
    reserve_stock,
    update_product,
)
from marketplace.products.tests.factories import make_product
from marketplace.products.tests.services.test_reserve_stock import at_once
from marketplace.users.tests.factories import actor, make_seller

pytestmark = pytest.mark.django_db


def reserve(product: Product, quantity: int) -> UUID:
    order_id = new_id()
    with transaction.atomic():
        reserve_stock(
            order_id=order_id,
            lines=[StockLine(product_id=product.id, quantity=quantity)],
            expires_at=clock.now() + timedelta(hours=1),
        )
    return order_id


def release(order_id: UUID) -> None:
    with transaction.atomic():
        release_reservation(order_id=order_id)


def consume(order_id: UUID) -> None:
    with transaction.atomic():
        consume_reservation(order_id=order_id)


def stock(product: Product) -> int:
    product.refresh_from_db()
    return product.inventory_count


def test_the_pieces_come_back_once() -> None:
    product = make_product(inventory_count=5)
    order_id = reserve(product, 3)
    release(order_id)
    release(order_id)
    assert stock(product) == 5
    assert StockReservation.objects.get().state == ReservationState.RELEASED
    assert [e["inventory_count"] for e in recorded("products.StockChanged")] == [2, 5]


def test_an_order_that_holds_nothing_releases_nothing() -> None:
    release(new_id())
    assert not recorded("products.StockChanged")


def test_paid_pieces_stay_off_the_stock() -> None:
    product = make_product(inventory_count=5)
    order_id = reserve(product, 3)
    consume(order_id)
    consume(order_id)
    assert stock(product) == 2
    assert StockReservation.objects.get().state == ReservationState.CONSUMED


def test_a_paid_order_that_never_left_gives_its_pieces_back() -> None:
    product = make_product(inventory_count=5)
    order_id = reserve(product, 3)
    consume(order_id)
    release(order_id)
    assert stock(product) == 5


def test_what_was_given_back_cannot_be_paid_for() -> None:
    product = make_product(inventory_count=5)
    order_id = reserve(product, 3)
    release(order_id)
    for holds_nothing in (order_id, new_id()):
        with pytest.raises(ReservationNotHeld):
            consume(holds_nothing)
    assert stock(product) == 5


def test_pieces_go_back_to_a_product_that_is_not_for_sale_any_more() -> None:
    product = make_product(inventory_count=5)
    order_id = reserve(product, 3)
    Product.objects.update(status="INACTIVE", deleted_at=clock.now())
    release(order_id)
    assert stock(product) == 5


@pytest.mark.django_db(transaction=True)
def test_a_sellers_edit_at_the_same_time_loses_no_reservation() -> None:
    seller = make_seller()
    product = make_product(seller=seller, inventory_count=100)

    def edit() -> None:
        update_product(product_id=product.id, actor=actor(seller), changes={"title": "New title"})

    outcomes = at_once(*[lambda: reserve(product, 1), edit] * 8)
    assert not [o for o in outcomes if isinstance(o, Exception)]
    assert stock(product) == 92
    assert product.version == 9
    update_product(product_id=product.id, actor=actor(seller), changes={"inventory_count": 10})
    assert stock(product) == 10
    for reservation in StockReservation.objects.all():
        release(reservation.order_id)
    # What was set is what is for sale; what comes back is added to it.
    assert stock(product) == 18


@pytest.mark.django_db(transaction=True)
def test_two_edits_of_one_version_at_once_leave_one() -> None:
    seller = make_seller()
    product = make_product(seller=seller)

    def edit(title: str) -> None:
        update_product(
            product_id=product.id,
            actor=actor(seller),
            changes={"title": title},
            expected_version=1,
        )

    outcomes = at_once(lambda: edit("One"), lambda: edit("Other"))
    assert sum(isinstance(o, Exception) for o in outcomes) == 1
    product.refresh_from_db()
    assert product.version == 2
