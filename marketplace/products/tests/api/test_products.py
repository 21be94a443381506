from typing import Any

import pytest
from rest_framework.test import APIClient

from marketplace.core.events.testing import deliver_all, recorded
from marketplace.core.ids import new_id
from marketplace.products.models import Product, ProductStatus
from marketplace.products.tests.factories import make_category, make_product
from marketplace.users.models import User
from marketplace.users.tests.factories import (
    authorized_client,
    make_admin,
    make_buyer,
    make_seller,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/products/"

CHAIR: dict[str, Any] = {
    "title": "Oak  chair",
    "description": "Solid oak.",
    "price": "89.00",
    "compare_price": "119.00",
    "currency": "EUR",
    "specifications": {"Material": "oak", "Legs": 4},
    "inventory_count": 4,
}


@pytest.fixture
def seller() -> User:
    return make_seller()


@pytest.fixture
def client(seller: User) -> APIClient:
    return authorized_client(seller)


def create(client: APIClient, **changes: Any) -> dict[str, Any]:
    answer = client.post(URL, {**CHAIR, **changes}, format="json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def act(client: APIClient, product_id: Any, action: str, body: Any = None, **extra: Any) -> Any:
    return client.post(f"{URL}{product_id}/{action}/", body, format="json", **extra)


def reason_for(action: str) -> Any:
    return {"reason": "x"} if action in ("approve", "reject") else None


def fields_at_fault(answer: Any) -> set[str]:
    assert answer["Content-Type"] == "application/problem+json"
    return {error["field"] for error in answer.json()["errors"]}


def unchanged(product: Product) -> bool:
    """Whether the stored row equals the one the test made, and nothing was published."""
    stored = Product.objects.values().get(id=product.id)
    return stored == {name: getattr(product, name) for name in stored} and not any(
        recorded(f"products.Product{fact}") for fact in ("Updated", "Published", "Deactivated")
    )


def test_a_listing_goes_from_draft_to_public_to_withdrawn(client: APIClient, seller: User) -> None:
    category = make_category("Chairs", parent=make_category("Furniture"))
    draft = create(client, category_ids=[str(category.id)])
    assert draft["status"] == "DRAFT"
    assert draft["title"] == "Oak chair"
    assert draft["price"] == "89.00"
    assert draft["categories"][0]["path"] == ["Furniture", "Chairs"]
    public = APIClient()
    assert public.get(f"{URL}{draft['id']}/").status_code == 404

    assert act(client, draft["id"], "publish").json()["status"] == "ACTIVE"
    deliver_all()
    detail = public.get(f"{URL}{draft['id']}/")
    assert detail.json()["specifications"] == {"Material": "oak", "Legs": 4}
    assert detail.json()["seller"]["id"] == str(seller.pk)
    assert detail["ETag"] == '"2"'
    (card,) = public.get(URL).json()["results"]
    assert (card["id"], card["compare_price"], card["in_stock"]) == (draft["id"], "119.00", True)

    answer = client.patch(f"{URL}{draft['id']}/", {"price": "79.50"}, format="json")
    assert answer.json()["price"] == "79.50"
    assert answer["ETag"] == '"3"'
    deliver_all()
    assert public.get(URL).json()["results"][0]["price"] == "79.50"

    assert act(client, draft["id"], "deactivate").json()["status"] == "INACTIVE"
    deliver_all()
    assert public.get(URL).json()["results"] == []
    assert public.get(f"{URL}{draft['id']}/").status_code == 404
    assert act(client, draft["id"], "publish").json()["status"] == "ACTIVE"


def test_a_deleted_listing_is_gone_for_everybody_and_its_row_stays(client: APIClient) -> None:
    draft = create(client)
    act(client, draft["id"], "publish")
    assert client.delete(f"{URL}{draft['id']}/").status_code == 204
    deliver_all()
    assert client.get(f"{URL}{draft['id']}/").status_code == 404
    assert client.get(f"{URL}mine/").json()["results"] == []
    assert APIClient().get(URL).json()["results"] == []
    assert client.delete(f"{URL}{draft['id']}/").status_code == 404
    row = Product.objects.get(id=draft["id"])
    assert (row.status, row.deleted_at is not None) == (ProductStatus.INACTIVE, True)


def test_only_sellers_offer() -> None:
    assert APIClient().post(URL, CHAIR, format="json").status_code == 401
    answer = authorized_client(make_buyer()).post(URL, CHAIR, format="json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_a_seller"
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\u0000b"}, None),
        ({"price": "0"}, "price"),
        ({"price": "-1.00"}, "price"),
        ({"price": "1.001"}, "price"),
        ({"price": "12,00"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "99999999999999"}, "price"),
        ({"compare_price": "88.99"}, "compare_price"),
        ({"currency": "eur"}, "currency"),
        ({"currency": "ZZZ"}, "currency"),
        ({"inventory_count": -1}, "inventory_count"),
        ({"inventory_count": 10**9}, "inventory_count"),
        ({"inventory_count": "many"}, "inventory_count"),
        ({"category_ids": [str(new_id())]}, "category_ids"),
        ({"category_ids": ["x"]}, "category_ids[0]"),
        ({"specifications": {"a": {"b": 1}}}, "specifications"),
        ({"specifications": {str(n): n for n in range(51)}}, "specifications"),
        ({"specifications": []}, "specifications"),
    ],
)
def test_wrong_input_names_its_field_and_changes_nothing(
    client: APIClient, changes: dict[str, Any], field: str | None
) -> None:
    answer = client.post(URL, {**CHAIR, **changes}, format="json")
    assert answer.status_code == 400, answer.content
    if field == "category_ids[0]":
        assert any(name.startswith("category_ids") for name in fields_at_fault(answer))
    elif field:
        assert field in fields_at_fault(answer)
    assert not Product.objects.exists()


def test_required_fields_are_named(client: APIClient) -> None:
    answer = client.post(URL, {}, format="json")
    assert fields_at_fault(answer) == {"title", "price", "currency"}


@pytest.mark.parametrize(
    ("currency", "price"), [("JPY", "12500"), ("KWD", "1.250"), ("KES", "1250.00")]
)
def test_every_currency_keeps_its_own_places(client: APIClient, currency: str, price: str) -> None:
    assert create(client, currency=currency, price=price, compare_price=None)["price"] == price


def test_read_only_fields_are_not_written(client: APIClient, seller: User) -> None:
    other = make_seller()
    sneaky = {
        "id": str(new_id()),
        "seller_id": str(other.pk),
        "seller": str(other.pk),
        "status": "ACTIVE",
        "is_featured": True,
        "version": 99,
        "images": [{"id": "x"}],
        "published_at": "2020-01-01T00:00:00Z",
        "review_reason": "fine",
        "price_minor": 1,
    }
    refused = client.post(URL, {**CHAIR, **sneaky}, format="json")
    assert refused.status_code == 400
    assert {fault["field"] for fault in refused.json()["errors"]} == set(sneaky)
    assert not Product.objects.exists()
    draft = create(client)
    again = client.patch(f"{URL}{draft['id']}/", sneaky, format="json")
    assert again.status_code == 400
    row = Product.objects.get()
    assert str(row.id) == draft["id"]
    assert (row.seller_id, row.status, row.is_featured) == (seller.pk, "DRAFT", False)
    assert (row.version, row.images, row.published_at) == (1, [], None)
    assert (row.review_reason, row.price_minor) == ("", 8900)


@pytest.mark.parametrize("action", ["publish", "deactivate", "approve", "reject"])
def test_a_stranger_learns_nothing_and_changes_nothing(action: str) -> None:
    product = make_product(status="DRAFT")
    stranger = authorized_client(make_seller())
    answer = act(stranger, product.id, action, reason_for(action))
    # Reviewing is refused before the product is looked for: nothing is learned either way.
    expected = 403 if action in ("approve", "reject") else 404
    assert answer.status_code == expected
    assert stranger.get(f"{URL}{product.id}/").status_code == 404
    patched = stranger.patch(f"{URL}{product.id}/", {"price": "1.00"}, format="json")
    assert patched.status_code == 404
    assert stranger.delete(f"{URL}{product.id}/").status_code == 404
    unknown = stranger.patch(f"{URL}{new_id()}/", {"price": "1.00"}, format="json")
    assert unknown.json()["detail"] == patched.json()["detail"]
    assert act(APIClient(), product.id, action).status_code == 401
    assert unchanged(product)


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("ACTIVE", "publish"),
        ("UNDER_REVIEW", "publish"),
        ("DRAFT", "deactivate"),
        ("INACTIVE", "deactivate"),
    ],
)
def test_a_status_that_forbids_it_refuses(
    client: APIClient, seller: User, status: str, action: str
) -> None:
    product = make_product(seller=seller, status=status)
    answer = act(client, product.id, action)
    assert answer.status_code == 409
    assert answer.json()["code"] == "product_transition_refused"
    assert answer.json()["product_status"] == status
    assert unchanged(product)


@pytest.mark.parametrize("status", ["DRAFT", "ACTIVE", "INACTIVE"])
@pytest.mark.parametrize("action", ["approve", "reject"])
def test_only_what_is_under_review_is_reviewed(status: str, action: str) -> None:
    product = make_product(status=status)
    operator = authorized_client(make_admin())
    assert act(operator, product.id, action, reason_for(action)).status_code == 409
    assert unchanged(product)


def test_a_stale_version_is_refused(client: APIClient, seller: User) -> None:
    product = make_product(seller=seller, version=3)
    url = f"{URL}{product.id}/"
    for stale in (
        client.patch(url, {"price": "1.00"}, format="json", HTTP_IF_MATCH='"2"'),
        client.delete(url, HTTP_IF_MATCH='"2"'),
        act(client, product.id, "deactivate", HTTP_IF_MATCH='"2"'),
    ):
        assert stale.status_code == 412
        assert stale.json()["actual_version"] == 3
    bad = client.patch(url, {"price": "1.00"}, format="json", HTTP_IF_MATCH="two")
    assert fields_at_fault(bad) == {"If-Match"}
    assert unchanged(product)
    good = client.patch(url, {"price": "1.00"}, format="json", HTTP_IF_MATCH='"3"')
    assert good["ETag"] == '"4"'


def test_another_currency_needs_its_own_price(client: APIClient) -> None:
    draft = create(client)
    url = f"{URL}{draft['id']}/"
    assert fields_at_fault(client.patch(url, {"currency": "JPY"}, format="json")) == {"price"}
    changed = client.patch(url, {"currency": "JPY", "price": "9000"}, format="json").json()
    assert (changed["price"], changed["compare_price"]) == ("9000", None)


def test_unverified_sellers_first_listings_are_reviewed(settings: Any) -> None:
    settings.REVIEW_FIRST_LISTINGS = 1
    client, operator = authorized_client(make_seller()), authorized_client(make_admin())
    first = create(client)
    assert act(client, first["id"], "publish").json()["status"] == "UNDER_REVIEW"
    assert recorded("products.ProductSubmittedForReview")
    deliver_all()
    assert APIClient().get(URL).json()["results"] == []

    no_reason = act(operator, first["id"], "reject", {"reason": " "})
    assert fields_at_fault(no_reason) == {"reason"}
    rejected = act(operator, first["id"], "reject", {"reason": "Show the label"}).json()
    assert (rejected["status"], rejected["review_reason"]) == ("DRAFT", "Show the label")
    assert recorded("products.ProductRejected")[0]["reason"] == "Show the label"

    again = act(client, first["id"], "publish").json()
    assert (again["status"], again["review_reason"]) == ("UNDER_REVIEW", "")
    no_reason = act(operator, first["id"], "approve", {"reason": ""})
    assert fields_at_fault(no_reason) == {"reason"}
    approved = act(operator, first["id"], "approve", {"reason": "The label is shown"})
    assert approved.json()["status"] == "ACTIVE"
    deliver_all()
    assert len(APIClient().get(URL).json()["results"]) == 1
    # Known by now: neither the next listing nor this one again is looked at.
    act(client, first["id"], "deactivate")
    assert act(client, first["id"], "publish").json()["status"] == "ACTIVE"
    assert act(client, create(client)["id"], "publish").json()["status"] == "ACTIVE"


def test_verified_sellers_are_not_reviewed(settings: Any) -> None:
    settings.REVIEW_FIRST_LISTINGS = 1
    client = authorized_client(make_seller(verification_status="VERIFIED"))
    assert act(client, create(client)["id"], "publish").json()["status"] == "ACTIVE"


def test_a_seller_sees_their_own_writes_at_once(client: APIClient) -> None:
    draft = create(client)
    (mine,) = client.get(f"{URL}mine/").json()["results"]
    assert mine == draft
    assert client.get(f"{URL}{draft['id']}/").json() == draft
    assert client.get(f"{URL}mine/?status=ACTIVE").json()["results"] == []
    assert fields_at_fault(client.get(f"{URL}mine/?status=GONE")) == {"status"}
    assert fields_at_fault(client.get(f"{URL}mine/?cursor=x")) == {"cursor"}
    assert APIClient().get(f"{URL}mine/").status_code == 401


def test_ones_own_list_pages_both_ways_in_as_many_queries_for_one_as_for_fifty(
    client: APIClient, seller: User, django_assert_max_num_queries: Any
) -> None:
    make_product(seller=seller)
    make_product()
    with django_assert_max_num_queries(5) as first:
        assert len(client.get(f"{URL}mine/?page_size=50").json()["results"]) == 1
    for _ in range(49):
        make_product(seller=seller)
    with django_assert_max_num_queries(5) as fifty:
        everything = client.get(f"{URL}mine/?page_size=50").json()
    assert len(fifty) == len(first)
    assert everything["next"] is None
    ids = [product["id"] for product in everything["results"]]
    page, seen = client.get(f"{URL}mine/?page_size=20").json(), []
    while True:
        seen += [product["id"] for product in page["results"]]
        if page["next"] is None:
            break
        page = client.get(page["next"]).json()
    assert seen == ids
    back = client.get(page["previous"]).json()
    assert [product["id"] for product in back["results"]] == ids[20:40]
