"""Where there is no page, a browser sees one of ours that says so and needs nothing to work."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from marketplace.config import urls

MARK = "/static/gateway/mark.svg"


def may_not(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("innards")


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("innards")


class Routes:
    """The platform's, and two that fail."""

    urlpatterns = (path("may-not/", may_not), path("breaks/", breaks), *urls.urlpatterns)
    handler400 = urls.handler400
    handler403 = urls.handler403
    handler404 = urls.handler404
    handler500 = urls.handler500


@pytest.fixture
def browser(settings: object) -> Client:
    settings.ROOT_URLCONF = Routes  # type: ignore[attr-defined]
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def shown(answer: Any, status: int) -> str:
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    html: str = answer.content.decode()
    assert MARK in html
    assert "innards" not in html
    assert "<script" not in html
    return html


# No test here may use the database: a query is an error of its own.


def test_an_unknown_address(browser: Client) -> None:
    html = shown(browser.get("/no-such-page/<b>"), 404)
    assert "There is nothing here" in html
    assert "<b>" not in html


def test_a_page_that_somebody_may_not_see(browser: Client) -> None:
    assert "You may not see this" in shown(browser.get("/may-not/"), 403)


def test_a_form_that_has_expired(browser: Client) -> None:
    assert "This form has expired" in shown(browser.post("/verify-email", {"key": "x"}), 403)


def test_a_page_that_breaks(browser: Client) -> None:
    assert "Something went wrong on our side" in shown(browser.get("/breaks/"), 500)


def test_a_host_that_is_not_ours(browser: Client, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["market.example"]  # type: ignore[attr-defined]
    answer = browser.get("/", headers={"Host": "evil.example"})
    assert "This request is malformed" in shown(answer, 400)


def test_the_api_goes_on_answering_problem_documents(browser: Client) -> None:
    answer = browser.get("/api/v1/no-such-thing/", headers={"Accept": "text/html"})
    assert answer.headers["Content-Type"] == "application/problem+json"
