from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.products.events import StockChanged
from marketplace.products.models import ReservationState, StockReservation
from marketplace.products.repositories.products import lock_products


@needs_transaction
def release_reservation(*, order_id: UUID) -> None:
    """The order is cancelled or has run out: its pieces go back on the stock, once.

    Also for a paid order whose goods never left. Again, or for an order that reserved nothing:
    no effect.
    """
    held = StockReservation.objects.filter(order_id=order_id).exclude(
        state=ReservationState.RELEASED
    )
    # Stock rows first, in id order, as `reserve_stock` takes them; then the reservations, read
    # again, so that of two releases at once the second finds nothing left to give back.
    products = lock_products(held.values_list("product_id", flat=True))
    reservations = list(held.select_for_update(no_key=True).order_by("product_id"))
    for reservation in reservations:
        product = products[reservation.product_id]
        product.inventory_count += reservation.quantity
        product.save(update_fields=["inventory_count"])
        record(
            StockChanged(product_id=product.id, inventory_count=product.inventory_count),
            key=product.id,
        )
    held.filter(id__in=[reservation.id for reservation in reservations]).update(
        state=ReservationState.RELEASED, updated_at=clock.now()
    )
