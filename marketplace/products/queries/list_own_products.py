from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.core.actor import Actor
from marketplace.products.models import Product
from marketplace.products.repositories.cursors import Cursor
from marketplace.products.repositories.products import snapshots_of
from marketplace.products.repositories.search import Ordering
from marketplace.products.snapshots import ProductSnapshot

CURSOR_TYPES = ("timestamptz", "uuid")


@dataclass(frozen=True, slots=True)
class OwnProductsPage:
    products: Sequence[ProductSnapshot]
    next_cursor: str | None
    previous_cursor: str | None


def list_own_products(
    *, actor: Actor, status: str | None, cursor: str | None, page_size: int
) -> OwnProductsPage:
    """The actor's products in every status, newest first, from the write model: a seller reads
    what they have just written. Three queries. Raises ``BadCursor``."""
    products = Product.objects.filter(seller_id=actor.user_id, deleted_at__isnull=True)
    if status is not None:
        products = products.filter(status=status)
    start = Cursor.decode(cursor, Ordering.NEWEST, CURSOR_TYPES) if cursor else None
    backwards = start is not None and start.backwards
    if start is not None:
        created_at, product_id = start.values
        # Written out as a row comparison so that the index is walked from the cursor on.
        products = products.extra(  # noqa: S610 - the values are parameters
            where=[f"(created_at, id) {'>' if backwards else '<'} (%s, %s)"],
            params=[created_at, product_id],
        )
    order = ("created_at", "id") if backwards else ("-created_at", "-id")
    rows = list(products.order_by(*order)[: page_size + 1])
    has_more = len(rows) > page_size
    rows = rows[:page_size][::-1] if backwards else rows[:page_size]
    has_next = bool(rows) and (has_more or backwards)
    has_previous = bool(rows) and (has_more if backwards else start is not None)
    return OwnProductsPage(
        snapshots_of(rows),
        _cursor(rows[-1]) if has_next else None,
        _cursor(rows[0], backwards=True) if has_previous else None,
    )


def _cursor(product: Product, *, backwards: bool = False) -> str:
    return Cursor(Ordering.NEWEST, [product.created_at, product.id], backwards).encode()
