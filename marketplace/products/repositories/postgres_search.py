"""Search in PostgreSQL: full text over the catalogue, with typos mended by trigrams."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from marketplace.products.repositories.cursors import Cursor
from marketplace.products.repositories.search import Filters, FoundPage, Ordering
from marketplace.products.repositories.spelling import mend

ENTRY = "products_catalogue_entry"
# ts_rank's 1: a long text is not better for being long.
RANK = "ts_rank(search, websearch_to_tsquery('products_catalogue', %(query)s), 1)::float8"


@dataclass(frozen=True, slots=True)
class Sort:
    """Columns that tell every row from every other, all in one direction, and their SQL types."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    descending: bool


# Prices of different currencies cannot be compared: without a currency filter, currencies come
# one after the other.
_PRICE = ("currency", "price_minor", "product_id"), ("text", "bigint", "uuid")
_AGE = ("created_at", "product_id"), ("timestamptz", "uuid")
SORTS = {
    Ordering.NEWEST: Sort(*_AGE, descending=True),
    Ordering.OLDEST: Sort(*_AGE, descending=False),
    Ordering.CHEAPEST: Sort(*_PRICE, descending=False),
    Ordering.DEAREST: Sort(*_PRICE, descending=True),
    Ordering.RELEVANCE: Sort((RANK, "product_id"), ("float8", "uuid"), descending=True),
}


class PostgresSearch:
    """The embedded default; see ``ProductSearch`` for what is promised."""

    def search(
        self,
        query: str,
        filters: Filters,
        ordering: Ordering,
        cursor: str | None,
        *,
        page_size: int,
    ) -> FoundPage:
        sort = SORTS[ordering]
        start = Cursor.decode(cursor, ordering, sort.types) if cursor else None
        statement, parameters = build(mend(query) if query else "", filters, sort, start)
        parameters["limit"] = page_size + 1
        with connection.cursor() as db:
            db.execute(statement, parameters)
            rows = db.fetchall()
        return _page(rows, ordering, start, page_size)


def build(
    query: str, filters: Filters, sort: Sort, start: Cursor | None
) -> tuple[str, dict[str, Any]]:
    """The statement of one page. Every value from outside is a parameter."""
    conditions, parameters = _conditions(query, filters)
    descending = sort.descending
    if start is not None:
        descending = sort.descending != start.backwards
        marks = [f"%(edge_{i})s::{kind}" for i, kind in enumerate(sort.types)]
        sign = "<" if descending else ">"
        conditions.append(f"({', '.join(sort.columns)}) {sign} ({', '.join(marks)})")
        parameters |= {f"edge_{i}": value for i, value in enumerate(start.values)}
    direction = "DESC" if descending else "ASC"
    order = ", ".join(f"{column} {direction}" for column in sort.columns)
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    statement = (
        f"SELECT {', '.join(sort.columns)} FROM {ENTRY} {where}ORDER BY {order} LIMIT %(limit)s"  # noqa: S608
    )
    return statement, parameters


def _conditions(query: str, filters: Filters) -> tuple[list[str], dict[str, Any]]:
    tests = {
        "query": ("search @@ websearch_to_tsquery('products_catalogue', %(query)s)", query or None),
        "category_id": ("category_ids @> ARRAY[%(category_id)s]::uuid[]", filters.category_id),
        "seller_id": ("seller_id = %(seller_id)s", filters.seller_id),
        "currency": ("currency = %(currency)s", filters.currency),
        "min_price": ("price_minor >= %(min_price)s", filters.min_price_minor),
        "max_price": ("price_minor <= %(max_price)s", filters.max_price_minor),
        "in_stock": ("is_in_stock = %(in_stock)s", filters.in_stock),
        "featured": ("is_featured", filters.featured or None),
        "not_featured": ("NOT is_featured", filters.featured is False or None),
    }
    given = {name: test for name, test in tests.items() if test[1] is not None}
    return [test for test, _ in given.values()], {name: v for name, (_, v) in given.items()}


def _page(
    rows: Sequence[tuple[Any, ...]], ordering: Ordering, start: Cursor | None, page_size: int
) -> FoundPage:
    backwards = start is not None and start.backwards
    has_more = len(rows) > page_size
    rows = rows[:page_size]
    if backwards:
        rows = rows[::-1]
    has_next = bool(rows) and (has_more or backwards)
    has_previous = bool(rows) and (has_more if backwards else start is not None)
    return FoundPage(
        product_ids=tuple(row[-1] for row in rows),
        next_cursor=Cursor(ordering, list(rows[-1])).encode() if has_next else None,
        previous_cursor=(
            Cursor(ordering, list(rows[0]), backwards=True).encode() if has_previous else None
        ),
    )
