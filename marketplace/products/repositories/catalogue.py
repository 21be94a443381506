"""The one writer of the catalogue's read model.

Events and the rebuild both end in :func:`project`, which reads the truth and writes what follows
from it. It does not matter in which order events arrive, or how often.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from marketplace.core.db import needs_transaction
from marketplace.products.models import CatalogueEntry, Product, ProductStatus
from marketplace.products.rendering import (
    render_categories,
    render_images,
    render_price,
    render_time,
)
from marketplace.products.repositories.categories import CategoryTree
from marketplace.products.repositories.images import thumbnail_url
from marketplace.products.repositories.products import own_categories
from marketplace.products.repositories.sellers import list_selling

BATCH_SIZE = 500
WORD = re.compile(r"[^\W\d_]{3,40}")
ENTRY = "products_catalogue_entry"
WORDS = "products_catalogue_word"
COLUMNS = (
    "product_id",
    "seller_id",
    "title",
    "price_minor",
    "currency",
    "category_ids",
    "is_in_stock",
    "is_featured",
    "version",
    "created_at",
    "card",
    "detail",
)

# Typed, since the title is used twice: a prepared statement's parameter has one type.
_VALUES = ", ".join(f"%({name})s" if name != "title" else "%(title)s::text" for name in COLUMNS)
_SEARCH = " || ".join(
    f"setweight(to_tsvector('products_catalogue', %({name})s::text), '{weight}')"
    for name, weight in (("title", "A"), ("features", "B"), ("seller_name", "C"), ("text", "D"))
)
_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in (*COLUMNS[1:], "search"))
UPSERT = (
    f"INSERT INTO {ENTRY} ({', '.join(COLUMNS)}, search) VALUES ({_VALUES}, {_SEARCH}) "  # noqa: S608
    f"ON CONFLICT (product_id) DO UPDATE SET {_CHANGES}"
)


@needs_transaction
def project(product_ids: Iterable[UUID]) -> int:
    """Bring the entries of these products up to date; returns how many are public now.

    A product that is not ACTIVE, or whose seller may not sell, has no entry.
    """
    ids = sorted(set(product_ids))
    return sum(_project_batch(batch) for batch in _batches(ids))


@needs_transaction
def project_stock(product_id: UUID) -> None:
    """Bring the stock of one entry up to date, if there is one: what every sale changes.

    The rest of the entry stays, and with it its place in every index.
    """
    _lock([product_id])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.inventory_count, e.card, e.detail FROM {ENTRY} e "  # noqa: S608
            "JOIN products_product p ON p.id = e.product_id WHERE e.product_id = %s",
            [product_id],
        )
        if (found := cursor.fetchone()) is None:
            return
        inventory_count, card, detail = found
        stock = _stock(inventory_count)
        cursor.execute(
            f"UPDATE {ENTRY} SET is_in_stock = %s, card = %s, detail = %s "  # noqa: S608
            "WHERE product_id = %s",
            [stock["in_stock"], _with(card, stock), _with(detail, stock), product_id],
        )


def _stock(inventory_count: int) -> dict[str, Any]:
    return {"inventory_count": inventory_count, "in_stock": inventory_count > 0}


def _with(text: str, members: dict[str, Any]) -> str:
    return orjson.dumps(orjson.loads(text) | members).decode()


def _lock(ids: Sequence[UUID]) -> None:
    # Two projections of one product must not overtake each other between reading and writing.
    # Advisory, so that no order waits for the catalogue; taken before the first read, so that
    # whoever comes second reads everything the first one's event stood for.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(id::text, 0)) "
            "FROM (SELECT unnest(%s::uuid[]) AS id ORDER BY 1) AS ids",
            [list(ids)],
        )


def _project_batch(ids: Sequence[UUID]) -> int:
    _lock(ids)
    rows = _rows(ids)
    gone = set(ids) - {row["product_id"] for row in rows}
    with connection.cursor() as cursor:
        if rows:
            cursor.executemany(UPSERT, rows)
        if gone:
            CatalogueEntry.objects.filter(product_id__in=gone).delete()
    _learn_words(rows)
    return len(rows)


def _rows(ids: Sequence[UUID]) -> list[dict[str, Any]]:
    products: list[Any] = list(
        Product.objects.filter(
            id__in=ids, status=ProductStatus.ACTIVE, deleted_at__isnull=True
        ).values()
    )
    sellers = list_selling(product["seller_id"] for product in products)
    own = own_categories(ids)
    tree = CategoryTree.load()
    return [
        _row(product, sellers[product["seller_id"]], own[product["id"]], tree)
        for product in products
        if product["seller_id"] in sellers
    ]


def _row(
    product: dict[str, Any], seller: dict[str, Any], own: Sequence[UUID], tree: CategoryTree
) -> dict[str, Any]:
    categories = render_categories(tree, own)
    card = {
        "id": str(product["id"]),
        "title": product["title"],
        **render_price(product["price_minor"], product["compare_price_minor"], product["currency"]),
        "thumbnail_url": thumbnail_url(product["images"]),
        "categories": categories,
        "seller_id": str(product["seller_id"]),
        "seller": seller,
        **_stock(product["inventory_count"]),
        "is_featured": product["is_featured"],
        "status": product["status"],
        "created_at": render_time(product["created_at"]),
    }
    detail = {
        **card,
        "description": product["description"],
        "specifications": product["specifications"],
        "images": render_images(product["images"]),
        "published_at": render_time(product["published_at"]),
        "updated_at": render_time(product["updated_at"]),
        "version": product["version"],
    }
    return {
        **{name: product[name] for name in ("seller_id", "title", "price_minor", "currency")},
        **{name: product[name] for name in ("is_featured", "version", "created_at")},
        "product_id": product["id"],
        "category_ids": list(tree.with_ancestors(own)),
        "is_in_stock": card["in_stock"],
        "card": orjson.dumps(card).decode(),
        "detail": orjson.dumps(detail).decode(),
        "features": _features(categories, product["specifications"]),
        "seller_name": seller["display_name"],
        "text": product["description"],
    }


def _features(categories: Sequence[dict[str, Any]], specifications: dict[str, Any]) -> str:
    names = {name for category in categories for name in category["path"]}
    values = [f"{name} {value}" for name, value in specifications.items()]
    return " ".join([*sorted(names), *values])


def _learn_words(rows: Sequence[dict[str, Any]]) -> None:
    """Every word of an entry, so that a word that is not among them is a typo."""
    texts = (row[name] for row in rows for name in ("title", "features", "seller_name", "text"))
    words = {word.lower() for text in texts for word in WORD.findall(text)}
    with connection.cursor() as cursor:
        # Sorted: two projections that learn the same words take their locks in one order.
        cursor.execute(
            f"""
            INSERT INTO {WORDS} (word, lexeme)
            SELECT word, min(lexeme)
            FROM (SELECT DISTINCT left(lower(unaccent(raw)), 40) AS word
                  FROM unnest(%s::text[]) AS raw) AS plain,
                 LATERAL unnest(tsvector_to_array(to_tsvector('products_catalogue', word)))
                     AS lexeme
            WHERE length(lexeme) <= 40
            GROUP BY word ORDER BY word
            ON CONFLICT DO NOTHING
            """,  # noqa: S608
            [sorted(words)],
        )


def forget_strangers() -> int:
    """Drop entries whose product is gone, and words that no entry uses; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {ENTRY} WHERE NOT EXISTS "  # noqa: S608
            f"(SELECT 1 FROM products_product p WHERE p.id = product_id)"
        )
        entries = int(cursor.rowcount)
    return entries + forget_words()


def forget_words() -> int:
    """Drop words that no entry uses any more: some may be somebody's name."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {WORDS} WHERE lexeme NOT IN "  # noqa: S608
            f"(SELECT word FROM ts_stat('SELECT search FROM {ENTRY}'))"
        )
        return int(cursor.rowcount)


def _batches(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), BATCH_SIZE):
        yield ids[start : start + BATCH_SIZE]
