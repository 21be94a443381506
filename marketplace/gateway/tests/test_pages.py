"""The pages a person opens first."""

import re

import pytest
from django.test import Client

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
