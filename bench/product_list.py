"""The public product list at 10,000 and 100,000 products: time, CPU and the plan of each query.

    python -m bench.product_list [--sizes 10000,100000] [--rounds 200] [--explain] [--json FILE]

Starts a PostgreSQL of its own in a temporary folder. Requests go through the whole of Django in
this process, without a socket. The catalogue is filled by SQL: eight hundred words, sixty
categories two levels deep, two hundred sellers, two currencies.
"""

import argparse
import logging
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures import Table, keep, percentile
from launcher.postgres import OWNER, Postgres

FILL = """
WITH words AS (
    SELECT array_agg(word ORDER BY word) AS list FROM products_bench_word
), shelves AS (
    SELECT array_agg(id ORDER BY id) AS ids, array_agg(parent_id ORDER BY id) AS parents
    FROM products_category WHERE parent_id IS NOT NULL
), numbers AS (
    SELECT n, uuidv7(interval '1 second' * (n - %(count)s::int)) AS id,
           words.list[1 + mod(n * 7919::bigint, 800)::int] AS one,
           words.list[1 + mod(n * 104729::bigint, 800)::int] AS two,
           (SELECT string_agg(words.list[1 + mod(n * 31 + k * 613::bigint, 800)::int], ' ')
            FROM generate_series(1, 40) AS k) AS text,
           shelves.ids[1 + n %% array_length(shelves.ids, 1)] AS shelf,
           shelves.parents[1 + n %% array_length(shelves.ids, 1)] AS parent,
           md5((n %% 200)::text)::uuid AS seller,
           100 + mod(n * 48271::bigint, 50000) AS price,
           CASE WHEN n %% 5 = 0 THEN 'USD' ELSE 'EUR' END AS currency
    FROM generate_series(%(first)s::int, %(count)s::int) AS n, words, shelves
)
INSERT INTO products_catalogue_entry (product_id, seller_id, title, price_minor, currency,
    category_ids, is_in_stock, is_featured, version, created_at, card, detail, search)
SELECT id, seller, one || ' ' || two || ' ' || n, price, currency, ARRAY[shelf, parent],
       n %% 10 <> 0, n %% 100 = 0, 1, now() - interval '1 second' * (%(count)s::int - n),
       json_build_object('id', id, 'title', one || ' ' || two, 'price', price / 100.0,
           'currency', currency, 'thumbnail_url', '/media/products/' || id || '/thumbnail.webp',
           'categories', json_build_array(json_build_object('id', shelf, 'name', 'Shelf',
               'slug', 'shelf', 'path', json_build_array('Home', 'Shelf'))),
           'seller_id', seller,
           'seller', json_build_object('id', seller, 'display_name', 'Seller S.',
               'profile_picture_url', '', 'verification_status', 'VERIFIED', 'rating', '4.80',
               'total_reviews', 31),
           'inventory_count', n %% 10, 'in_stock', n %% 10 <> 0, 'is_featured', n %% 100 = 0,
           'status', 'ACTIVE', 'created_at', now())::text,
       '{}',
       setweight(to_tsvector('products_catalogue', one || ' ' || two), 'A') ||
       setweight(to_tsvector('products_catalogue', text), 'D')
FROM numbers
"""


def queries(shelf: str, root: str, seller: str, word: str, typo: str) -> dict[str, dict[str, str]]:
    return {
        "newest": {},
        "category, leaf": {"category": shelf},
        "category, root": {"category": root},
        "category, by price": {"category": root, "ordering": "price"},
        "leaf, by price": {"category": shelf, "ordering": "price", "currency": "EUR"},
        "seller": {"seller": seller},
        "seller, by price": {"seller": seller, "ordering": "price"},
        "price, all currencies": {"ordering": "price"},
        "price, dearest": {"ordering": "-price", "currency": "EUR"},
        "price range": {"currency": "EUR", "min_price": "20.00", "max_price": "21.00"},
        "price range, by price": {
            "currency": "EUR",
            "min_price": "20.00",
            "max_price": "90.00",
            "ordering": "price",
        },
        "in stock": {"in_stock": "true"},
        "featured": {"featured": "true"},
        "featured, category": {"featured": "true", "category": root},
        "search": {"q": word},
        "search, newest": {"q": word, "ordering": "-created_at"},
        "search, category": {"q": word, "category": root},
        "search, two words": {"q": f"{word} {word[::-1]}"},
        "search, typo": {"q": typo},
        "fifty on a page": {"page_size": "50"},
    }


@contextmanager
def database() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        server = Postgres(Path(folder), name="bench", unsafe=False)
        with server:
            os.environ["DATABASE_URL"] = server.url(OWNER)
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.local")
            yield server


def measure(rounds: int, sizes: list[int], *, explain: bool) -> dict[str, Any]:
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    result: dict[str, Any] = {}
    filled = 0
    for size in sizes:
        shelf, root, seller, words = fill(filled + 1, size)
        filled = size
        typo = words[5][0] + words[5][2] + words[5][1] + words[5][3:]
        table = Table("query", "p50 ms", "p95 ms", "p99 ms", "cpu ms", "rows")
        print(f"\n{size} products")
        figures: dict[str, Any] = {}
        for name, query in queries(shelf, root, seller, words[5], typo).items():
            figures[name] = one_query(query, rounds)
            table.widths[0] = 22
            table.add(name, *figures[name].values())
            table.show_last()
            if explain:
                show_plan(query)
        result[str(size)] = figures
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_size_pretty(pg_total_relation_size('products_catalogue_entry'))"
            )
            print("catalogue on disk:", cursor.fetchone())
    return result


def fill(first: int, count: int) -> tuple[str, str, str, list[str]]:
    """Bring the catalogue to ``count`` entries; returns a leaf, a root, a seller and the words."""
    from django.db import connection

    from marketplace.products.models import Category

    words = make_words()
    if not Category.objects.exists():
        for number in range(12):
            top = Category.objects.create(name=f"Root {number}", slug=f"root-{number}")
            for leaf in range(5):
                slug = f"leaf-{number}-{leaf}"
                Category.objects.create(name=f"Leaf {leaf}", slug=slug, parent=top)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS products_bench_word (word text)")
        cursor.execute("TRUNCATE products_bench_word")
        cursor.executemany("INSERT INTO products_bench_word VALUES (%s)", [(w,) for w in words])
        cursor.execute(FILL, {"first": first, "count": count})
        cursor.execute(
            "INSERT INTO products_catalogue_word SELECT word, word FROM products_bench_word "
            "ON CONFLICT DO NOTHING"
        )
        cursor.execute("VACUUM ANALYZE products_catalogue_entry")
        cursor.execute("VACUUM ANALYZE products_catalogue_word")
        cursor.execute("SELECT seller_id FROM products_catalogue_entry LIMIT 1")
        (seller,) = cursor.fetchone() or ("",)
    shelf = Category.objects.filter(parent__isnull=False).order_by("id")[7]
    return str(shelf.pk), str(shelf.parent_id), str(seller), sorted(words)


def make_words() -> list[str]:
    """Eight hundred pronounceable words that no stemmer shortens."""
    starts = ("bra", "cho", "dri", "fla", "gro", "kli", "mar", "nor", "pel", "sto")
    middles = ("ba", "do", "ku", "mi", "no", "pa", "ra", "tu")
    return [f"{s}{m}{e}o" for s in starts for m in middles for e in "bdgklmnprt"]


def one_query(query: dict[str, str], rounds: int) -> dict[str, float]:
    from rest_framework.test import APIClient

    client = APIClient(SERVER_NAME="127.0.0.1")
    answer = client.get("/api/v1/products/", query)
    seconds = []
    for _ in range(5):
        answer = client.get("/api/v1/products/", query)
        if answer.status_code != 200:
            raise SystemExit(f"{query}: {answer.content!r}")
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(rounds):
        start = time.perf_counter()
        answer = client.get("/api/v1/products/", query)
        seconds.append(time.perf_counter() - start)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "p50_ms": percentile(seconds, 50),
        "p95_ms": percentile(seconds, 95),
        "p99_ms": percentile(seconds, 99),
        "cpu_ms": round(cpu / rounds * 1000, 2),
        "rows": len(answer.json()["results"]),
    }


def show_plan(query: dict[str, str]) -> None:
    from django.db import connection

    from marketplace.products.api.serializers import ProductQuerySerializer
    from marketplace.products.repositories.postgres_search import SORTS, build

    serializer = ProductQuerySerializer(data=query)
    serializer.is_valid(raise_exception=True)
    wanted = serializer.validated_data
    statement, parameters = build(
        wanted["query"], wanted["filters"], SORTS[wanted["ordering"]], None
    )
    with connection.cursor() as cursor:
        explain = f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) {statement}"
        cursor.execute(explain, {**parameters, "limit": 21})
        for (line,) in cursor.fetchall():
            print("      ", line[:150])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    with database():
        figures = measure(options.rounds, sizes, explain=options.explain)
    keep({"bench": "product_list", "sizes": figures}, options.json)


if __name__ == "__main__":
    main()
