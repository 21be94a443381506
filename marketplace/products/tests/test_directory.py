"""What other services learn of the tree of categories."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.core.categories import categories
from marketplace.core.ids import new_id
from marketplace.products.models import Category

pytestmark = pytest.mark.django_db


@pytest.fixture
def cameras() -> Category:
    above = Category.objects.create(name="Electronics", slug="electronics")
    return Category.objects.create(name="Cameras", slug="cameras", parent=above, is_active=False)


def test_a_categorys_ancestors_come_nearest_first(cameras: Category) -> None:
    with CaptureQueriesContext(connection) as queries:
        lineage = categories().lineage(cameras.pk)
    assert [each.name for each in lineage] == ["Electronics > Cameras", "Electronics"]
    assert [each.id for each in lineage] == [cameras.pk, cameras.parent_id]
    assert len(queries) == 1


def test_everything_is_in_the_order_of_the_tree(cameras: Category) -> None:
    Category.objects.create(name="Books", slug="books")
    names = [each.name for each in categories().everything()]
    assert names == ["Books", "Electronics", "Electronics > Cameras"]


def test_an_unknown_category_has_no_lineage() -> None:
    assert list(categories().lineage(new_id())) == []
