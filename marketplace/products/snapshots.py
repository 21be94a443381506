"""What this service tells others: frozen values, never models."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.core.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """``quantity`` pieces of one product."""

    product_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasableProduct:
    """What placing an order needs to know of a product, from the write model.

    ``category_ids``: the product's own categories first, then their ancestors, nearest first.
    """

    id: UUID
    seller_id: UUID
    title: str
    price: Money
    category_ids: tuple[UUID, ...]
    status: str
    inventory_count: int
    image_url: str

    @property
    def is_purchasable(self) -> bool:
        return self.status == "ACTIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSnapshot:
    """A product as its seller sees it, from the write model."""

    id: UUID
    seller_id: UUID
    title: str
    description: str
    price: Money
    compare_price: Money | None
    categories: tuple[dict[str, Any], ...]
    """Each with id, name, slug, and the path of names from the root."""
    images: tuple[dict[str, Any], ...]
    specifications: dict[str, Any]
    inventory_count: int
    is_featured: bool
    status: str
    review_reason: str
    version: int
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
