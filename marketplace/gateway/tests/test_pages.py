"""The pages a person opens first."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.products.services import add_image, rebuild_catalogue
from marketplace.products.tests.factories import make_product
from marketplace.products.tests.images import picture
from marketplace.users.tests.factories import actor, make_seller

pytestmark = pytest.mark.django_db

PAGES = ("/", "/docs/problems/", "/api/v1/docs/", "/api/v1/redoc/")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_another_host(client: Client, path: str) -> None:
    page = client.get(path)

    assert page.status_code == 200
    loaded = re.findall(
        r"""<(?:script|link|img)[^>]+(?:src|href)=["']([^"']+)""", page.content.decode()
    )
    assert loaded
    assert [url for url in loaded if not url.startswith("/")] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_inline_script_or_style(client: Client, path: str) -> None:
    html = client.get(path).content.decode()

    assert re.findall(r"<script(?![^>]+src=)", html) == []
    assert "<style" not in html
    assert " style=" not in html


def test_the_landing_page_hides_demo_sign_ins_where_there_is_no_demo(client: Client) -> None:
    assert "Demo sign-ins" not in client.get("/").content.decode()


def test_the_problem_catalogue_lists_each_code_once(client: Client) -> None:
    html = client.get("/docs/problems/").content.decode()

    codes = re.findall(r'<div id="([a-z_]+)">', html)
    assert "idempotency_key_missing" in codes
    assert len(codes) == len(set(codes))
    assert codes == sorted(codes)


def test_a_page_refuses_to_be_posted_to(client: Client) -> None:
    assert client.post("/").status_code == 405


def shelf(client: Client) -> str:
    page = client.get("/").content.decode()
    return page.partition('<section class="shelf"')[2].partition("</section>")[0]


def test_the_landing_page_has_no_shelf_while_nothing_is_for_sale(client: Client) -> None:
    assert shelf(client) == ""


def test_the_landing_page_shows_what_is_for_sale_with_one_query(client: Client) -> None:
    seller = make_seller()
    for number in range(10):
        lamp = make_product(title=f"Lamp {number}", seller=seller)
        add_image(product_id=lamp.pk, actor=actor(seller), data=picture(size=(64, 48)))
    make_product(title="Without a picture", seller=seller)
    rebuild_catalogue()

    with CaptureQueriesContext(connection) as queries:
        shown = shelf(client)

    assert len(queries) == 1
    assert re.findall(r"Lamp \d", shown) == [f"Lamp {number}" for number in range(9, 1, -1)]
    assert "25.00 EUR" in shown
    assert len(re.findall(r'href="/api/v1/products/[0-9a-f-]{36}/"', shown)) == 8
    assert "Without a picture" not in shown
