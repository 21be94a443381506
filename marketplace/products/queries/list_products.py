from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from marketplace.products.models import CatalogueEntry
from marketplace.products.repositories.search import Filters, Ordering, product_search


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """Finished JSON texts of the products of one page, in order."""

    cards: Sequence[str]
    next_cursor: str | None
    previous_cursor: str | None


def list_products(
    *, query: str, filters: Filters, ordering: Ordering, cursor: str | None, page_size: int
) -> CataloguePage:
    """Public products. Two queries, one more to mend typos when there is a ``query``.

    Raises ``BadCursor``.
    """
    page = product_search().search(query, filters, ordering, cursor, page_size=page_size)
    entries = CatalogueEntry.objects.filter(product_id__in=page.product_ids)
    cards: dict[UUID, str] = dict(entries.values_list("product_id", "card"))
    # An engine of its own may still know a product that has just left the catalogue.
    return CataloguePage(
        [cards[product_id] for product_id in page.product_ids if product_id in cards],
        page.next_cursor,
        page.previous_cursor,
    )
