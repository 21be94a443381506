from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.products.errors import ReservationNotHeld
from marketplace.products.models import ReservationState, StockReservation


@needs_transaction
def consume_reservation(*, order_id: UUID) -> None:
    """The order is paid: its pieces stay off the stock for good. Again: no effect.

    Raises ``ReservationNotHeld`` when the order reserved nothing or has given it back.
    """
    # The caller holds the order's lock, so nobody else moves its reservations meanwhile.
    rows = StockReservation.objects.select_for_update(no_key=True).filter(order_id=order_id)
    states = {row.state for row in rows.order_by("product_id")}
    if not states or ReservationState.RELEASED in states:
        raise ReservationNotHeld
    StockReservation.objects.filter(order_id=order_id, state=ReservationState.RESERVED).update(
        state=ReservationState.CONSUMED, updated_at=clock.now()
    )
