"""Finding products: the interface, and the choice of an engine by configuration."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Protocol
from uuid import UUID

from marketplace.core.errors import InvalidInput


class Ordering(StrEnum):
    NEWEST = "-created_at"
    OLDEST = "created_at"
    CHEAPEST = "price"
    DEAREST = "-price"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """``None`` filters nothing. Prices are in minor units of ``currency``, which they need."""

    category_id: UUID | None = None
    """Products in it and in everything below it."""
    seller_id: UUID | None = None
    currency: str | None = None
    min_price_minor: int | None = None
    max_price_minor: int | None = None
    in_stock: bool | None = None
    featured: bool | None = None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Ids in order, and opaque cursors to the neighbouring pages (``None``: there is none)."""

    product_ids: tuple[UUID, ...]
    next_cursor: str | None
    previous_cursor: str | None


class BadCursor(InvalidInput):
    code = "invalid_cursor"
    title = "The cursor is not one that this list gave out"

    def __init__(self) -> None:
        text = "This cursor is not one of this list; start again without it."
        super().__init__(text, fields={"cursor": [text]})


class ProductSearch(Protocol):
    """An engine that finds public products. Any text is a valid query; none raises."""

    def search(
        self,
        query: str,
        filters: Filters,
        ordering: Ordering,
        cursor: str | None,
        *,
        page_size: int,
    ) -> FoundPage:
        """One page. Ties are broken by id, so that paging neither repeats nor skips.

        An empty ``query`` lists everything; RELEVANCE needs one. Raises :class:`BadCursor`.
        """


@cache
def product_search() -> ProductSearch:
    """The engine this installation is configured for."""
    # The engines import this module's types.
    from marketplace.products.repositories.postgres_search import PostgresSearch

    return PostgresSearch()
