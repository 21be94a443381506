from itertools import product as combinations
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.events.testing import deliver_all
from marketplace.core.ids import new_id
from marketplace.products.models import CatalogueEntry, CatalogueWord, Category, Product
from marketplace.products.services import rebuild_catalogue
from marketplace.products.tests.factories import make_category, make_product
from marketplace.users.models import User
from marketplace.users.tests.factories import make_seller

pytestmark = pytest.mark.django_db
URL = "/api/v1/products/"


def get(path: str = "", **query: Any) -> dict[str, Any]:
    answer = APIClient().get(f"{URL}{path}", query)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def titles(**query: Any) -> list[str]:
    return [card["title"] for card in get(**query)["results"]]


@pytest.fixture
def shop() -> dict[str, Any]:
    """A small shop, already in the catalogue."""
    home = make_category("Home", slug="home")
    furniture = make_category("Furniture", parent=home)
    garden = make_category("Garden")
    joiner, gardener = make_seller(first_name="Joiner"), make_seller(first_name="Gardener")
    make_product(
        title="Oak dining chair",
        seller=joiner,
        categories=[furniture],
        price_minor=8900,
        description="A comfortable seat for long evenings.",
        specifications={"Material": "solid oak"},
    )
    make_product(title="Desk lamp", seller=joiner, categories=[home], price_minor=4900)
    make_product(
        title="Café table", seller=joiner, categories=[furniture], price_minor=12900, currency="USD"
    )
    make_product(title="Olive tree", seller=gardener, categories=[garden], inventory_count=0)
    make_product(title="Rose", seller=gardener, categories=[garden], is_featured=True)
    make_product(title="Hidden chair", seller=joiner, status="DRAFT")
    rebuild_catalogue()
    return {"furniture": furniture, "home": home, "garden": garden, "gardener": gardener}


def test_newest_first_and_only_what_is_active(shop: dict[str, Any]) -> None:
    assert titles() == ["Rose", "Olive tree", "Café table", "Desk lamp", "Oak dining chair"]


def test_a_category_holds_everything_below_it(shop: dict[str, Any]) -> None:
    home = {"Café table", "Desk lamp", "Oak dining chair"}
    assert set(titles(category=shop["home"].id)) == home
    assert set(titles(category="home")) == home
    assert set(titles(category=shop["furniture"].id)) == home - {"Desk lamp"}


def test_filters_and_orderings(shop: dict[str, Any]) -> None:
    assert titles(seller=shop["gardener"].pk) == ["Rose", "Olive tree"]
    assert titles(currency="USD") == ["Café table"]
    assert titles(currency="EUR", min_price="49.00", max_price="89") == [
        "Desk lamp",
        "Oak dining chair",
    ]
    assert "Olive tree" not in titles(in_stock="true")
    assert titles(in_stock="false") == ["Olive tree"]
    assert titles(featured="true") == ["Rose"]
    assert titles(currency="EUR", ordering="-price")[0] == "Oak dining chair"
    assert titles(ordering="price")[-1] == "Café table"
    assert titles(q="table", category=shop["home"].id, currency="USD") == ["Café table"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("chair", ["Oak dining chair"]),
        ("CHAIRS", ["Oak dining chair"]),
        ("chiar", ["Oak dining chair"]),
        ("dinnig chare", ["Oak dining chair"]),
        ("tabel", ["Café table"]),
        ("cafe", ["Café table"]),
        ("comfortable", ["Oak dining chair"]),
        ("comfortabel", ["Oak dining chair"]),
        ("furniture -table", ["Oak dining chair"]),
        ('"oak dining"', ["Oak dining chair"]),
        ('"dining oak"', []),
        ("lamp or rose", ["Desk lamp", "Rose"]),
        ("gardener", ["Olive tree", "Rose"]),
        ("xylophone", []),
    ],
)
def test_finds_words_phrases_and_near_misses(
    shop: dict[str, Any], query: str, found: list[str]
) -> None:
    assert sorted(titles(q=query)) == sorted(found)


def test_a_title_counts_more_than_a_description() -> None:
    make_product(title="Table", description="Goes well with a bench, or a bench.")
    make_product(title="Bench")
    rebuild_catalogue()
    assert titles(q="bench") == ["Bench", "Table"]


@pytest.mark.parametrize(
    "query",
    [
        "'; DROP TABLE products_product; --",
        '" OR 1=1',
        "%' OR '%'='",
        "\\",
        "a & | ! ( ) : * <->",
        ":*",
        "!!!",
        "the",
        "🪑",
        "椅子",
        "x" * 200,
        " ".join(["chiar"] * 30),
        "%s %(query)s {0}",
        "--- or or -",
        '"""',
    ],
)
def test_any_text_is_a_valid_query(shop: dict[str, Any], query: str) -> None:
    get(q=query)
    assert Product.objects.count() == 6


def test_a_null_character_is_refused() -> None:
    assert APIClient().get(URL, {"q": "a\x00b"}).status_code == 400


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "x" * 201}, "q"),
        ({"category": "nowhere"}, "category"),
        ({"category": str(new_id())}, "category"),
        ({"seller": "me"}, "seller"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "ZZZ"}, "currency"),
        ({"min_price": "1"}, "min_price"),
        ({"min_price": "cheap", "currency": "EUR"}, "min_price"),
        ({"max_price": "1.999", "currency": "EUR"}, "max_price"),
        ({"max_price": "9" * 15, "currency": "EUR"}, "max_price"),
        ({"in_stock": "maybe"}, "in_stock"),
        ({"featured": "2"}, "featured"),
        ({"ordering": "title"}, "ordering"),
        ({"ordering": "relevance"}, "ordering"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WyItY3JlYXRlZF9hdCIsWzEsMl0sZmFsc2Vd"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "101"}, "page_size"),
        ({"page_size": "many"}, "page_size"),
    ],
)
def test_a_value_nobody_can_mean_is_refused_by_its_name(query: dict[str, str], field: str) -> None:
    answer = APIClient().get(URL, query)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == {field}


@pytest.mark.parametrize(
    ("ordering", "query"),
    [
        ("-created_at", ""),
        ("created_at", ""),
        ("price", ""),
        ("-price", ""),
        ("relevance", "thing"),
        ("price", "thing"),
    ],
)
def test_pages_neither_repeat_nor_skip_in_any_ordering(ordering: str, query: str) -> None:
    seller, now = make_seller(), clock.now()
    for number in range(23):
        # Ties on purpose: few prices, few moments, equal relevance.
        make_product(
            seller=seller,
            title=f"Thing {number}",
            price_minor=100 + number % 3,
            currency=["EUR", "USD"][number % 2],
            created_at=now if number % 2 else clock.now(),
        )
    rebuild_catalogue()
    parameters: dict[str, Any] = {
        "ordering": ordering,
        "page_size": 5,
        **({"q": query} if query else {}),
    }
    everything = [card["id"] for card in get(**{**parameters, "page_size": 50})["results"]]
    assert len(set(everything)) == 23
    page = get(**parameters)
    assert page["previous"] is None
    forwards = [[card["id"] for card in page["results"]]]
    while page["next"]:
        page = APIClient().get(page["next"]).json()
        forwards.append([card["id"] for card in page["results"]])
    assert [card for page in forwards for card in page] == everything
    backwards = [forwards[-1]]
    while page["previous"]:
        page = APIClient().get(page["previous"]).json()
        backwards.insert(0, [card["id"] for card in page["results"]])
    assert backwards == forwards
    foreign = "price" if ordering != "price" else "created_at"
    cursor = get(**parameters)["next"].partition("cursor=")[2].partition("&")[0]
    assert APIClient().get(f"{URL}?ordering={foreign}&cursor={cursor}").status_code == 400


def test_the_list_takes_as_many_queries_for_one_as_for_fifty() -> None:
    category, seller = make_category(), make_seller()
    counts = []
    for rows in (1, 49):
        for _ in range(rows):
            make_product(seller=seller, title="Chair", categories=[category])
        rebuild_catalogue()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(get(page_size=50)["results"]) in (1, 50)
            get(page_size=50, q="chair", category=category.id, ordering="price")
        counts.append(len(captured))
    assert counts[0] == counts[1]
    # Page and cards; with a query also its spelling, with a category also its id.
    assert counts[0] == 2 + 4


def entries() -> list[dict[str, Any]]:
    return [dict(row) for row in CatalogueEntry.objects.order_by("product_id").values()]


def test_a_rebuild_equals_what_events_have_kept(shop: dict[str, Any]) -> None:
    from marketplace.products import services
    from marketplace.products.snapshots import StockLine
    from marketplace.users.tests.factories import actor, make_admin

    seller = make_seller()
    drafts = [
        services.create_product(
            actor=actor(seller),
            listing={
                "title": f"Stool {number}",
                "price": "10.00",
                "currency": "EUR",
                "inventory_count": 3,
                "category_ids": [shop["furniture"].id],
            },
        )
        for number in range(4)
    ]
    for draft in drafts:
        services.publish_product(product_id=draft.id, actor=actor(seller))
    services.deactivate_product(product_id=drafts[0].id, actor=actor(seller))
    services.delete_product(product_id=drafts[1].id, actor=actor(seller))
    services.update_product(
        product_id=drafts[2].id, actor=actor(seller), changes={"title": "A better stool"}
    )
    with transaction.atomic():
        services.reserve_stock(
            order_id=new_id(),
            lines=[StockLine(product_id=drafts[3].id, quantity=3)],
            expires_at=clock.now(),
        )
    services.save_category(
        actor=actor(make_admin()),
        category_id=shop["furniture"].id,
        fields={"name": "Seats and tables", "parent_id": None},
        reason="Tables are furniture, too.",
    )
    deliver_all()
    kept, words = entries(), set(CatalogueWord.objects.values_list("word", flat=True))
    assert titles(q="better") == ["A better stool"]
    assert "Stool 3" in titles(in_stock="false")
    assert "Seats and tables" in str(get(q="better")["results"])
    assert "Oak dining chair" not in titles(category="home")

    CatalogueEntry.objects.all().delete()
    CatalogueWord.objects.all().delete()
    rebuild_catalogue()
    assert entries() == kept
    assert set(CatalogueWord.objects.values_list("word", flat=True)) <= words
    rebuild_catalogue()
    assert entries() == kept


def test_a_rebuild_forgets_what_is_gone() -> None:
    entry = CatalogueEntry.objects.create(
        product_id=new_id(),
        seller_id=new_id(),
        title="Ghost",
        price_minor=1,
        currency="EUR",
        category_ids=[],
        is_in_stock=True,
        is_featured=False,
        version=1,
        created_at=clock.now(),
        card="{}",
        detail="{}",
        search="ghost",
    )
    CatalogueWord.objects.create(word="ghost", lexeme="ghost")
    rebuild_catalogue()
    assert not CatalogueEntry.objects.filter(pk=entry.pk).exists()
    assert not CatalogueWord.objects.exists()


def test_offers_of_a_suspended_seller_are_hidden_and_come_back(shop: dict[str, Any]) -> None:
    from marketplace.products.repositories import catalogue

    gardener: User = shop["gardener"]
    User.objects.filter(pk=gardener.pk).update(suspended_at=clock.now())
    with transaction.atomic():
        ids = Product.objects.filter(seller=gardener).values_list("id", flat=True)
        catalogue.project(ids)
    assert titles(seller=gardener.pk) == []
    rebuild_catalogue()
    assert titles(seller=gardener.pk) == []
    User.objects.filter(pk=gardener.pk).update(suspended_at=None)
    rebuild_catalogue()
    assert len(titles(seller=gardener.pk)) == 2


def test_every_combination_of_filters_is_a_valid_statement(shop: dict[str, Any]) -> None:
    options: dict[str, list[Any]] = {
        "q": [None, "chair"],
        "category": [None, shop["home"].id],
        "seller": [None, shop["gardener"].pk],
        "currency": [None, "EUR"],
        "in_stock": [None, "true"],
        "featured": [None, "false"],
        "ordering": [None, "price", "-price", "-created_at"],
    }
    for values in combinations(*options.values()):
        get(**{name: value for name, value in zip(options, values, strict=True) if value})


def test_the_tree_of_categories_takes_one_query(
    shop: dict[str, Any], django_assert_num_queries: Any
) -> None:
    hidden = make_category("Secret", is_active=False)
    below = make_category("Below", parent=hidden)
    with django_assert_num_queries(1):
        tree = APIClient().get("/api/v1/categories/").json()["results"]
    assert [root["name"] for root in tree] == ["Garden", "Home"]
    assert tree[1]["children"][0]["name"] == "Furniture"
    furniture = APIClient().get(f"/api/v1/categories/{shop['furniture'].id}/").json()
    assert [step["name"] for step in furniture["path"]] == ["Home", "Furniture"]
    for unseen in (hidden, below):
        assert APIClient().get(f"/api/v1/categories/{unseen.id}/").status_code == 404
    assert isinstance(shop["home"], Category)
