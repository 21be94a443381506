from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.products.errors import OutOfStock, ProductNotAvailable, StockAlreadyReserved
from marketplace.products.events import StockChanged
from marketplace.products.models import Product, ProductStatus, StockReservation
from marketplace.products.models.product import MAX_INVENTORY
from marketplace.products.repositories.products import lock_products
from marketplace.products.snapshots import StockLine


@needs_transaction
def reserve_stock(*, order_id: UUID, lines: Sequence[StockLine], expires_at: datetime) -> None:
    """Take ``lines`` off the stock for one order: all of them or, with an error, none.

    The pieces stay with the order until ``consume_reservation`` or ``release_reservation``; the
    caller sees to releasing them at ``expires_at``. Lines of one product are added up. Holds the
    row locks of the products until the caller commits.

    Raises ``OutOfStock`` naming every short product, ``ProductNotAvailable`` for what is not
    ACTIVE, ``StockAlreadyReserved`` when the order holds stock already, ``InvalidInput`` for a
    quantity that no order can have.
    """
    wanted = _add_up(lines)
    products = lock_products(wanted)
    if StockReservation.objects.filter(order_id=order_id).exists():
        raise StockAlreadyReserved
    _check_for_sale(wanted, products)
    _check_stock(wanted, products)
    for product_id, quantity in wanted.items():
        product = products[product_id]
        product.inventory_count -= quantity
        product.save(update_fields=["inventory_count"])
        record(
            StockChanged(product_id=product.id, inventory_count=product.inventory_count),
            key=product.id,
        )
    StockReservation.objects.bulk_create(
        StockReservation(
            order_id=order_id, product_id=product_id, quantity=quantity, expires_at=expires_at
        )
        for product_id, quantity in wanted.items()
    )


def _add_up(lines: Sequence[StockLine]) -> Counter[UUID]:
    wanted: Counter[UUID] = Counter()
    for line in lines:
        if not 0 < line.quantity <= MAX_INVENTORY:
            raise InvalidInput(f"A quantity is between 1 and {MAX_INVENTORY}.")
        wanted[line.product_id] += line.quantity
    if not wanted:
        raise InvalidInput("A reservation needs at least one line.")
    return wanted


def _check_for_sale(wanted: Counter[UUID], products: dict[UUID, Product]) -> None:
    absent = [
        product_id
        for product_id in sorted(wanted)
        if product_id not in products or products[product_id].status != ProductStatus.ACTIVE
    ]
    if absent:
        raise ProductNotAvailable(absent)


def _check_stock(wanted: Counter[UUID], products: dict[UUID, Product]) -> None:
    short = [
        {
            "product_id": str(product_id),
            "title": products[product_id].title,
            "requested": quantity,
            "available": products[product_id].inventory_count,
        }
        for product_id, quantity in wanted.items()
        if products[product_id].inventory_count < quantity
    ]
    if short:
        raise OutOfStock(short)
