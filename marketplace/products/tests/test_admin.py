from typing import Any

import pytest
from django.test import Client

from marketplace.core.events.testing import deliver_all, recorded
from marketplace.products.models import CatalogueEntry, Category, Product
from marketplace.products.tests.factories import make_category, make_product
from marketplace.users.tests.factories import make_admin

pytestmark = pytest.mark.django_db
PRODUCTS = "/admin/products/product/"
CATEGORIES = "/admin/products/category/"


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(make_admin(is_superuser=True))
    return client


def run(client: Client, action: str, *products: Product, **fields: Any) -> Any:
    body = {"action": action, "_selected_action": [str(p.id) for p in products], **fields}
    return client.post(PRODUCTS, body)


@pytest.mark.parametrize("page", ["product", "category", "stockreservation", "catalogueentry"])
def test_every_page_opens_and_its_list_takes_few_queries(
    operator: Client, page: str, django_assert_max_num_queries: Any
) -> None:
    parent = make_category()
    for _ in range(12):
        make_product(categories=[make_category(parent=parent)])
    with django_assert_max_num_queries(9):
        assert operator.get(f"/admin/products/{page}/?q=x").status_code == 200
    with django_assert_max_num_queries(9):
        assert operator.get(f"/admin/products/{page}/").status_code == 200


def test_a_listing_is_approved(operator: Client) -> None:
    waiting, draft = make_product(status="UNDER_REVIEW"), make_product(status="DRAFT")
    assert "go public" in run(operator, "approve", waiting, draft).content.decode()
    run(operator, "approve", waiting, draft, reason="The label is shown")
    waiting.refresh_from_db()
    draft.refresh_from_db()
    assert (waiting.status, draft.status) == ("ACTIVE", "DRAFT")
    deliver_all()
    assert CatalogueEntry.objects.get().product_id == waiting.id


def test_a_listing_is_rejected_with_a_reason(operator: Client) -> None:
    waiting = make_product(status="UNDER_REVIEW", title="A suspicious watch")
    page = run(operator, "reject", waiting)
    assert "A suspicious watch" in page.content.decode()
    run(operator, "reject", waiting, reason="")
    waiting.refresh_from_db()
    assert waiting.status == "UNDER_REVIEW"
    run(operator, "reject", waiting, reason="Show the serial number")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.review_reason) == ("DRAFT", "Show the serial number")


def test_a_product_is_featured_and_not_any_more(operator: Client) -> None:
    product = make_product()
    run(operator, "feature", product, reason="Sells well")
    deliver_all()
    assert CatalogueEntry.objects.get().is_featured
    run(operator, "unfeature", product, reason="Sold out soon")
    deliver_all()
    assert not CatalogueEntry.objects.get().is_featured


def test_nothing_else_of_a_product_is_edited(operator: Client) -> None:
    product = make_product()
    operator.post(f"{PRODUCTS}{product.id}/change/", {"title": "Mine", "status": "DRAFT"})
    operator.post(f"{PRODUCTS}{product.id}/delete/", {"post": "yes"})
    stored = Product.objects.values().get()
    assert stored == {name: getattr(product, name) for name in stored}


def test_categories_are_made_and_moved_by_the_command(operator: Client) -> None:
    fields = {"name": "Lamps", "slug": "", "description": "", "image": "", "is_active": "on"}
    fields["reason"] = "The shelf was missing."
    answer = operator.post(f"{CATEGORIES}add/", {**fields, "parent": ""})
    assert answer.status_code == 302
    lamps = Category.objects.get()
    assert lamps.slug == "lamps"
    parent = make_category("Home")
    operator.post(f"{CATEGORIES}{lamps.id}/change/", {**fields, "parent": str(parent.id)})
    lamps.refresh_from_db()
    assert lamps.parent_id == parent.id
    assert len(recorded("products.CategoryChanged")) == 2


def test_a_circle_is_explained_on_the_form(operator: Client) -> None:
    home = make_category("Home")
    lamps = make_category("Lamps", parent=home)
    answer = operator.post(
        f"{CATEGORIES}{home.id}/change/",
        {
            "name": "Home",
            "slug": home.slug,
            "parent": str(lamps.id),
            "is_active": "on",
            "reason": "Lamps are at home.",
        },
        follow=True,
    )
    assert "below itself" in answer.content.decode()
    home.refresh_from_db()
    assert home.parent_id is None
