"""What may be done to products. One command per file."""

from marketplace.products.errors import (
    OutOfStock,
    ProductNotAvailable,
    ReservationNotHeld,
    StockAlreadyReserved,
)
from marketplace.products.services.consume_reservation import consume_reservation
from marketplace.products.services.release_reservation import release_reservation
from marketplace.products.services.reserve_stock import reserve_stock
from marketplace.products.snapshots import StockLine

__all__ = [
    "OutOfStock",
    "ProductNotAvailable",
    "ReservationNotHeld",
    "StockAlreadyReserved",
    "StockLine",
    "consume_reservation",
    "release_reservation",
    "reserve_stock",
]
