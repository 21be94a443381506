from dataclasses import dataclass
from uuid import UUID

import orjson

from marketplace.products.models import CatalogueEntry


@dataclass(frozen=True, slots=True)
class Arrival:
    """``price`` is a decimal string, as in the catalogue."""

    product_id: UUID
    title: str
    price: str
    currency: str
    thumbnail_url: str


def list_arrivals(*, limit: int) -> list[Arrival]:
    """The newest products that are in stock and have a picture. One query, along one index."""
    rows = (
        CatalogueEntry.objects.filter(is_in_stock=True)
        .exclude(card__contains='"thumbnail_url":""')
        .order_by("-created_at", "-product_id")
        .values_list("product_id", "card")[:limit]
    )
    arrivals = []
    for product_id, text in rows:
        card = orjson.loads(text)
        arrivals.append(
            Arrival(
                product_id, card["title"], card["price"], card["currency"], card["thumbnail_url"]
            )
        )
    return arrivals
