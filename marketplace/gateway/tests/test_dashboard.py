"""The operators' desk: what waits, what is wrong, where the money is."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from marketplace.core import health, open_items
from marketplace.core.open_items import Queue, register_queue
from marketplace.gateway import dashboard
from marketplace.products.tests.factories import make_product
from marketplace.users.models import User
from marketplace.users.tests.factories import make_admin

pytestmark = pytest.mark.django_db
QUERIES_OF_MONEY = 2
QUERIES_OF_HEALTH = 12


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_items, "_queues", dict(open_items._queues))
    monkeypatch.setattr(health, "_checks", dict(health._checks))


def desk() -> dict[str, Any]:
    request = RequestFactory().get("/admin/")
    request.user = User(roles=["ADMIN"], is_staff=True)
    return dashboard.fill(request, {})


def queue(title: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in desk()["queues"] if row["title"] == title)
    return found


def test_every_service_that_has_something_to_do_put_a_queue_here() -> None:
    titles = {queue["title"] for queue in desk()["queues"]}

    assert {"Listings to review", "Cancellations asked for", "Events given up"} <= titles


def test_a_queue_counts_what_waits() -> None:
    assert queue("Listings to review")["count"] == 0

    make_product(status="UNDER_REVIEW")

    assert queue("Listings to review")["count"] == 1


def test_only_something_wrong_is_alarming_and_only_when_it_is_there() -> None:
    register_queue(Queue("Broken", lambda: 2, "/admin/", is_alarming=True))
    register_queue(Queue("Mended", lambda: 0, "/admin/", is_alarming=True))
    register_queue(Queue("Waiting", lambda: 2, "/admin/"))

    alarming = {queue["title"] for queue in desk()["queues"] if queue["is_alarming"]}

    assert alarming == {"Broken"}


def test_what_readiness_complains_of_is_said_on_the_desk() -> None:
    health.register_readiness("books", lambda: "The books do not balance.")

    assert "The books do not balance." in desk()["troubles"]


def test_a_check_that_is_content_says_nothing() -> None:
    before = desk()["troubles"]
    health.register_readiness("books", lambda: "")

    assert desk()["troubles"] == before


def test_the_desk_asks_once_for_each_queue_and_a_few_times_more() -> None:
    for _ in range(50):
        make_product(status="UNDER_REVIEW")

    with CaptureQueriesContext(connection) as queries:
        shown = desk()

    assert len(queries) <= len(shown["queues"]) + QUERIES_OF_MONEY + QUERIES_OF_HEALTH


def test_the_page_shows_it() -> None:
    make_product(status="UNDER_REVIEW")
    register_queue(Queue("Broken", lambda: 7, "/admin/broken/", is_alarming=True))
    operator = Client()
    operator.force_login(
        make_admin(is_superuser=True), backend="marketplace.users.adapter.AccountBackend"
    )

    page = operator.get("/admin/").content.decode()

    assert "Listings to review" in page
    assert 'href="/admin/broken/"' in page
    assert "text-red-700" in page
