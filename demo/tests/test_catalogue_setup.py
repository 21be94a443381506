"""The demo's commission rules stand side by side, however often they are set up."""

import pytest

from demo.catalogue import CATEGORIES
from demo.catalogue_setup import make_categories, shared_category, story_category
from demo.load import set_rules
from marketplace.payments.models import CommissionRule

pytestmark = pytest.mark.django_db


def test_every_rule_is_set_once() -> None:
    for _ in range(2):
        set_rules(make_categories(CATEGORIES))
        story_category()
        shared_category()
    rules = CommissionRule.objects.values_list("name", flat=True)
    assert sorted(rules) == [
        "Books and paper",
        "Books and paper: opening weeks",
        "Businesses",
        "Collectors' items",
        "Electronics",
        "Every sale",
        "Hand-made",
        "Large orders",
        "Second hand",
    ]
