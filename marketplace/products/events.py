"""Facts that the product service publishes. Every key is the product's (or category's) id."""

from uuid import UUID

from marketplace.core.events import DomainEvent, domain_event


@domain_event("products.ProductCreated")
class ProductCreated(DomainEvent):
    product_id: UUID
    seller_id: UUID


@domain_event("products.ProductUpdated")
class ProductUpdated(DomainEvent):
    """The listing's content changed (texts, price, categories, images, stock set by the seller)."""

    product_id: UUID
    seller_id: UUID
    version: int


@domain_event("products.ProductPublished")
class ProductPublished(DomainEvent):
    """It can be bought from now on."""

    product_id: UUID
    seller_id: UUID
    version: int


@domain_event("products.ProductSubmittedForReview")
class ProductSubmittedForReview(DomainEvent):
    product_id: UUID
    seller_id: UUID
    version: int


@domain_event("products.ProductRejected")
class ProductRejected(DomainEvent):
    product_id: UUID
    seller_id: UUID
    version: int
    reason: str


@domain_event("products.ProductDeactivated")
class ProductDeactivated(DomainEvent):
    product_id: UUID
    seller_id: UUID
    version: int


@domain_event("products.ProductDeleted")
class ProductDeleted(DomainEvent):
    product_id: UUID
    seller_id: UUID
    version: int


@domain_event("products.StockChanged")
class StockChanged(DomainEvent):
    """An order took pieces, or gave them back. ``inventory_count`` is what was left then."""

    product_id: UUID
    inventory_count: int


@domain_event("products.CategoryChanged")
class CategoryChanged(DomainEvent):
    """A category was made, renamed, moved, shown or hidden."""

    category_id: UUID
