from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from marketplace.core.errors import Forbidden, InvalidInput, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.products import services
from marketplace.products.errors import CategoryTreeRefused
from marketplace.products.models import Category, Product
from marketplace.products.models.category import MAX_DEPTH
from marketplace.products.tests.factories import make_category, make_product
from marketplace.products.tests.services.test_reserve_stock import at_once
from marketplace.users.tests.factories import actor, make_admin, make_seller

pytestmark = pytest.mark.django_db


def save_category(**given: Any) -> UUID:
    return services.save_category(reason="The shelves are sorted anew.", **given)


def chain(length: int) -> list[Category]:
    found: list[Category] = []
    for _ in range(length):
        found.append(make_category(parent=found[-1] if found else None))
    return found


def test_a_category_gets_a_slug_and_tells_about_itself() -> None:
    category_id = save_category(actor=actor(make_admin()), fields={"name": "Desk lamps"})
    assert Category.objects.get(id=category_id).slug == "desk-lamps"
    assert recorded("products.CategoryChanged") == [{"category_id": str(category_id)}]


def test_only_operators_keep_the_tree() -> None:
    with pytest.raises(Forbidden):
        save_category(actor=actor(make_seller()), fields={"name": "Mine"})
    assert not Category.objects.exists()


def test_refusals_change_nothing() -> None:
    operator = actor(make_admin())
    top, middle, bottom = chain(3)
    make_category("Lamps", slug="lamps")
    before = list(Category.objects.order_by("id").values())
    for fields in ({"parent_id": bottom.id}, {"parent_id": middle.id}, {"parent_id": top.id}):
        with pytest.raises(CategoryTreeRefused, match="below itself"):
            save_category(actor=operator, category_id=top.id, fields=fields)
    with pytest.raises(CategoryTreeRefused, match="slug"):
        save_category(actor=operator, fields={"name": "Other", "slug": "lamps"})
    with pytest.raises(CategoryTreeRefused, match="name"):
        save_category(actor=operator, fields={"name": "Lamps", "slug": "lamps-2"})
    with pytest.raises(InvalidInput):
        save_category(actor=operator, fields={"name": " "})
    with pytest.raises(NotFound):
        save_category(actor=operator, category_id=new_id(), fields={"name": "x"})
    assert list(Category.objects.order_by("id").values()) == before
    assert not recorded("products.CategoryChanged")


def test_the_tree_is_at_most_six_levels_deep_also_when_a_branch_moves() -> None:
    operator = actor(make_admin())
    deep = chain(MAX_DEPTH)
    with pytest.raises(CategoryTreeRefused, match="6 levels"):
        save_category(actor=operator, fields={"name": "Too deep", "parent_id": deep[-1].id})
    branch = chain(3)
    with pytest.raises(CategoryTreeRefused, match="6 levels"):
        save_category(actor=operator, category_id=branch[0].id, fields={"parent_id": deep[3].id})
    save_category(actor=operator, category_id=branch[0].id, fields={"parent_id": deep[2].id})


def test_the_database_itself_refuses_a_circle() -> None:
    top, bottom = chain(2)
    with pytest.raises(IntegrityError, match="below itself"), transaction.atomic():
        Category.objects.filter(id=top.id).update(parent=bottom)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_do_not_close_a_circle() -> None:
    operator = actor(make_admin())
    one, other = make_category(), make_category()

    outcomes = at_once(
        lambda: save_category(actor=operator, category_id=one.id, fields={"parent_id": other.id}),
        lambda: save_category(actor=operator, category_id=other.id, fields={"parent_id": one.id}),
    )
    assert sum(isinstance(o, CategoryTreeRefused) for o in outcomes) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"price_minor": 0},
        {"price_minor": -1},
        {"compare_price_minor": 2499},
        {"currency": "eur"},
        {"currency": "EU"},
        {"inventory_count": -1},
        {"status": "SOLD"},
        {"title": ""},
        {"version": 0},
        {"specifications": []},
        {"images": {}},
    ],
)
def test_the_database_refuses_what_no_product_is(fields: dict[str, object]) -> None:
    product = make_product()
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(id=product.id).update(**fields)
