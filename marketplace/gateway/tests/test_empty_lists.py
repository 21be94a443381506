"""A list without rows offers what can be done there, and nothing else."""

import pytest
from django.test import Client

from marketplace.users.tests.factories import make_admin

pytestmark = pytest.mark.django_db


def list_of(model: str, **query: str) -> str:
    desk = Client()
    desk.force_login(
        make_admin(is_superuser=True), backend="marketplace.users.adapter.AccountBackend"
    )
    return desk.get(f"/admin/{model}/", query).content.decode()


def test_where_nothing_can_be_added_nothing_is_offered() -> None:
    html = list_of("payments/ledgerjournal")

    assert "Nothing here yet" in html
    assert "Add ledger journal" not in html
    assert "Create a new item" not in html
    assert "Reset filters" not in html


def test_where_rows_are_made_by_hand_one_can_be_added() -> None:
    html = list_of("users/policydocument")

    assert "Nothing here yet" in html
    assert "Add policy document" in html


@pytest.mark.parametrize("query", [{"q": "nobody"}, {"user_type": "BUYER", "is_staff__exact": "1"}])
def test_a_search_without_a_hit_can_be_taken_back(query: dict[str, str]) -> None:
    html = list_of("users/user", **query)

    assert "Nothing found" in html
    assert "Reset filters" in html
