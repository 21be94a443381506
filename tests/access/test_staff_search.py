"""Who searches a list for a whole id finds the row by an index, in a table of any length."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import EmptyResultSet
from django.test import RequestFactory

from marketplace.core.admin import FastAdmin
from marketplace.core.ids import new_id
from marketplace.orders.models import Order
from marketplace.payments.models import Payout
from marketplace.payments.tests.factories import make_bank_account, make_paid_seller
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_payout_scrutiny import withdraw

pytestmark = pytest.mark.django_db
PAGES = [page for page in admin.site._registry.values() if isinstance(page, FastAdmin)]


def searched(page: Any, term: str) -> Any:
    request = RequestFactory().get("/", {"q": term})
    rows, _ = page.get_search_results(request, page.model._default_manager.all(), term)
    return rows


def sql_of(rows: Any) -> str:
    try:
        return str(rows.query)
    except EmptyResultSet:
        return ""


def test_no_search_for_an_id_compares_the_text_of_each_row() -> None:
    assert len(PAGES) > 40
    compared = {
        page.model._meta.label
        for page in PAGES
        for term in (str(new_id()), "no id")
        if re.search(r'id"\)?::(varchar|text)', sql_of(searched(page, term)))
    }
    assert compared == set()


def test_every_list_answers_whatever_is_searched_for() -> None:
    searchable = [page for page in PAGES if page.search_fields]
    for page in searchable:
        assert [len(searched(page, word)[:9]) for word in ("1", "no id", "'%'")], page
    unknown = str(new_id())
    assert [page for page in searchable if searched(page, unknown)] == []


def test_a_row_is_found_by_each_of_its_ids_and_by_its_texts(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    payout = withdraw(seller, 100, account=make_bank_account(seller))
    withdraw(make_paid_seller(provider), 100)
    Payout.objects.filter(id=payout.id).update(provider_payout_id="po_4711")
    page = admin.site._registry[Payout]

    for term in (payout.id, seller.pk, f"  {payout.id} ", payout.id.hex.upper(), "po_4711"):
        assert [row.id for row in searched(page, str(term))] == [payout.id], term
    for term in (payout.bank_account_id, new_id(), "po_4712", str(payout.id)[:-1], "%"):
        assert list(searched(page, str(term))) == [], term
    assert len(searched(page, "")) == 2


def test_a_list_that_is_searched_by_nothing_but_ids_finds_nothing_by_words() -> None:
    page = admin.site._registry[Order]
    assert list(searched(page, "lamp")) == []
