"""The read side: what others may ask of the product service."""

from marketplace.products.queries.get_purchasable import get_purchasable
from marketplace.products.snapshots import PurchasableProduct

__all__ = ["PurchasableProduct", "get_purchasable"]
