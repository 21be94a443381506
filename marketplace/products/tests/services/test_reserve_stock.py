from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction

from marketplace.core import clock
from marketplace.core.db import TransactionMissing
from marketplace.core.errors import InvalidInput
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.products.models import ProductStatus, ReservationState, StockReservation
from marketplace.products.services import (
    OutOfStock,
    ProductNotAvailable,
    StockAlreadyReserved,
    StockLine,
    release_reservation,
    reserve_stock,
)
from marketplace.products.tests.factories import make_product

pytestmark = pytest.mark.django_db


def reserve(*lines: tuple[UUID, int], order_id: UUID | None = None) -> UUID:
    order_id = order_id or new_id()
    with transaction.atomic():
        reserve_stock(
            order_id=order_id,
            lines=[StockLine(product_id=p, quantity=q) for p, q in lines],
            expires_at=clock.now() + timedelta(hours=1),
        )
    return order_id


def test_takes_the_pieces_off_the_stock_and_keeps_them_for_the_order() -> None:
    chair, lamp = make_product(inventory_count=5), make_product(inventory_count=1)
    order_id = reserve((chair.id, 2), (lamp.id, 1))
    chair.refresh_from_db()
    lamp.refresh_from_db()
    assert (chair.inventory_count, lamp.inventory_count) == (3, 0)
    held = StockReservation.objects.filter(order_id=order_id, state=ReservationState.RESERVED)
    assert {r.product_id: r.quantity for r in held} == {chair.id: 2, lamp.id: 1}
    assert {e["inventory_count"] for e in recorded("products.StockChanged")} == {3, 0}


def test_a_sale_is_no_new_version_of_the_listing() -> None:
    chair = make_product()
    reserve((chair.id, 1))
    chair.refresh_from_db()
    assert chair.version == 1


def test_lines_of_one_product_are_added_up() -> None:
    chair = make_product(inventory_count=3)
    with pytest.raises(OutOfStock):
        reserve((chair.id, 2), (chair.id, 2))
    reserve((chair.id, 1), (chair.id, 2))
    assert StockReservation.objects.get().quantity == 3


def test_names_every_short_product_and_takes_nothing() -> None:
    plenty = make_product()
    lamp = make_product(title="Lamp", inventory_count=1)
    mug = make_product(title="Mug", inventory_count=0)
    with pytest.raises(OutOfStock) as refusal:
        reserve((plenty.id, 1), (lamp.id, 2), (mug.id, 1))
    assert set(refusal.value.product_ids) == {lamp.id, mug.id}
    assert "Lamp" in refusal.value.detail
    plenty.refresh_from_db()
    assert plenty.inventory_count == 10
    assert not StockReservation.objects.exists()
    assert not recorded("products.StockChanged")


@pytest.mark.parametrize(
    "status", [ProductStatus.DRAFT, ProductStatus.UNDER_REVIEW, ProductStatus.INACTIVE]
)
def test_what_is_not_published_is_not_for_sale(status: str) -> None:
    hidden = make_product(status=status)
    with pytest.raises(ProductNotAvailable):
        reserve((hidden.id, 1))
    assert not StockReservation.objects.exists()


def test_an_unknown_product_is_not_for_sale() -> None:
    with pytest.raises(ProductNotAvailable):
        reserve((new_id(), 1))


def test_an_order_reserves_once() -> None:
    chair = make_product()
    order_id = reserve((chair.id, 1))
    with pytest.raises(StockAlreadyReserved):
        reserve((chair.id, 1), order_id=order_id)
    chair.refresh_from_db()
    assert chair.inventory_count == 9


@pytest.mark.parametrize("quantity", [0, -1, 10**7])
def test_refuses_quantities_no_order_has(quantity: int) -> None:
    with pytest.raises(InvalidInput):
        reserve((make_product().id, quantity))
    with pytest.raises(InvalidInput):
        reserve()


def test_runs_only_inside_the_orders_transaction() -> None:
    with pytest.raises(TransactionMissing):
        reserve_stock(order_id=new_id(), lines=[], expires_at=clock.now())


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run every call on a connection of its own, at the same moment; errors come back as values."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_of_two_buyers_of_the_last_piece_one_wins() -> None:
    last = make_product(title="The last lamp", inventory_count=1)
    outcomes = at_once(lambda: reserve((last.id, 1)), lambda: reserve((last.id, 1)))
    lost = [o for o in outcomes if isinstance(o, OutOfStock)]
    assert len(lost) == 1
    assert lost[0].product_ids == (last.id,)
    assert "The last lamp" in lost[0].detail
    last.refresh_from_db()
    assert last.inventory_count == 0
    assert StockReservation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_buyers_of_five_pieces_get_exactly_five() -> None:
    product = make_product(inventory_count=5)
    outcomes = at_once(*[lambda: reserve((product.id, 1))] * 20)
    assert sum(isinstance(o, UUID) for o in outcomes) == 5
    assert sum(isinstance(o, OutOfStock) for o in outcomes) == 15
    product.refresh_from_db()
    assert product.inventory_count == 0


@pytest.mark.django_db(transaction=True)
def test_baskets_in_opposite_order_do_not_deadlock() -> None:
    chair, lamp = make_product(inventory_count=50), make_product(inventory_count=50)
    baskets = [((chair.id, 1), (lamp.id, 1)), ((lamp.id, 1), (chair.id, 1))] * 8
    outcomes = at_once(*[lambda basket=basket: reserve(*basket) for basket in baskets])
    assert all(isinstance(o, UUID) for o in outcomes)
    chair.refresh_from_db()
    lamp.refresh_from_db()
    assert (chair.inventory_count, lamp.inventory_count) == (34, 34)


@pytest.mark.django_db(transaction=True)
def test_two_releases_at_once_give_the_pieces_back_once() -> None:
    product = make_product(inventory_count=5)
    order_id = reserve((product.id, 3))

    def release() -> None:
        with transaction.atomic():
            release_reservation(order_id=order_id)

    assert at_once(*[release] * 6) == [None] * 6
    product.refresh_from_db()
    assert product.inventory_count == 5
