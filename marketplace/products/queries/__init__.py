"""The read side: what others may ask of the product service."""

from marketplace.products.queries.get_product import get_product
from marketplace.products.queries.get_purchasable import get_purchasable
from marketplace.products.queries.list_arrivals import Arrival, list_arrivals
from marketplace.products.queries.list_own_products import list_own_products
from marketplace.products.queries.list_products import list_products
from marketplace.products.snapshots import ProductSnapshot, PurchasableProduct

__all__ = [
    "Arrival",
    "ProductSnapshot",
    "PurchasableProduct",
    "get_product",
    "get_purchasable",
    "list_arrivals",
    "list_own_products",
    "list_products",
]
