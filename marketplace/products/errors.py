"""What the product service may refuse."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from marketplace.core.errors import DomainError, ErrorKind, Forbidden, InvalidInput


class OutOfStock(DomainError):
    """``extra["products"]`` lists, per short product, what was asked for and what there is."""

    code = "out_of_stock"
    kind = ErrorKind.CONFLICT
    title = "There is not enough stock"

    def __init__(self, products: Sequence[dict[str, Any]]) -> None:
        names = ", ".join(f"“{p['title']}” ({p['available']} left)" for p in products)
        super().__init__(f"Not enough stock of {names}.", products=list(products))

    @property
    def product_ids(self) -> tuple[UUID, ...]:
        return tuple(UUID(product["product_id"]) for product in self.extra["products"])


class ProductNotAvailable(DomainError):
    """It exists and is not for sale now: not published, taken down or deleted."""

    code = "product_not_available"
    kind = ErrorKind.CONFLICT
    title = "The product is not for sale"

    def __init__(self, product_ids: Sequence[UUID]) -> None:
        ids = [str(product_id) for product_id in product_ids]
        super().__init__(f"Not for sale now: {', '.join(ids)}.", product_ids=ids)


class StockAlreadyReserved(DomainError):
    code = "stock_already_reserved"
    kind = ErrorKind.CONFLICT
    title = "This order holds a reservation already"


class ReservationNotHeld(DomainError):
    """Consuming what was never reserved, or what was given back."""

    code = "reservation_not_held"
    kind = ErrorKind.CONFLICT
    title = "The order holds no stock"


class ProductTransitionRefused(DomainError):
    code = "product_transition_refused"
    kind = ErrorKind.CONFLICT
    title = "The product's status does not allow this"

    def __init__(self, *, transition: str, status: str) -> None:
        super().__init__(
            f"A product that is {status} cannot {transition}.",
            transition=transition,
            product_status=str(status),
        )


class NotASeller(Forbidden):
    code = "not_a_seller"
    title = "Only sellers can offer products"


class UnknownCategory(InvalidInput):
    code = "unknown_category"
    title = "A category does not exist or is not active"


class ImageRefused(DomainError):
    """``reason`` in ``extra`` is stable: too_large, too_many_pixels, unknown_format, animated, …"""

    code = "image_refused"
    kind = ErrorKind.INVALID
    title = "The image cannot be accepted"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail, fields={"image": [detail]}, reason=reason)


class TooManyImages(DomainError):
    code = "too_many_images"
    kind = ErrorKind.RULE
    title = "The product has as many images as it can have"


class CategoryTreeRefused(DomainError):
    code = "category_tree_refused"
    kind = ErrorKind.RULE
    title = "The category cannot stand there in the tree"
