"""A product as JSON values: one shape for the catalogue and for the seller's own view."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.core.money import minor_to_decimal_string
from marketplace.products.repositories.categories import CategoryTree
from marketplace.products.repositories.images import image_url


def render_price(
    price_minor: int, compare_price_minor: int | None, currency: str
) -> dict[str, str | None]:
    compare = compare_price_minor
    return {
        "price": minor_to_decimal_string(price_minor, currency),
        "compare_price": None if compare is None else minor_to_decimal_string(compare, currency),
        "currency": currency,
    }


def render_categories(tree: CategoryTree, own: Iterable[UUID]) -> list[dict[str, Any]]:
    """The product's own categories, each with the names from the root down to it."""
    return [
        {
            "id": str(category_id),
            "name": tree.shelves[category_id].name,
            "slug": tree.shelves[category_id].slug,
            "path": [shelf.name for shelf in tree.path(category_id)],
        }
        for category_id in sorted(own)
        if category_id in tree.shelves
    ]


def render_images(images: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "id": image["id"],
            **{
                size: {
                    "url": image_url(image[size]["name"]),
                    "width": image[size]["width"],
                    "height": image[size]["height"],
                }
                for size in ("full", "thumbnail")
            },
        }
        for image in images
    ]


def render_time(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
