from marketplace.products.models.catalogue_entry import CatalogueEntry
from marketplace.products.models.catalogue_word import CatalogueWord
from marketplace.products.models.category import Category
from marketplace.products.models.product import Product, ProductStatus
from marketplace.products.models.stock_reservation import ReservationState, StockReservation

__all__ = [
    "CatalogueEntry",
    "CatalogueWord",
    "Category",
    "Product",
    "ProductStatus",
    "ReservationState",
    "StockReservation",
]
