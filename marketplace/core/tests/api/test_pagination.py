"""Pages by cursor: each row once, whatever is added meanwhile; a broken cursor is refused."""

from base64 import b64encode
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.models import OutboxEvent

EVENTS = "/api/v1/tests/events/"
pytestmark = pytest.mark.django_db


def add(count: int) -> list[str]:
    rows = OutboxEvent.objects.bulk_create(
        OutboxEvent(
            event_id=uuid4(), key=uuid4(), type="x", version=1, payload={}, occurred_at=clock.now()
        )
        for _ in range(count)
    )
    return [str(row.event_id) for row in rows]


@pytest.fixture
def client(client_of: Any) -> APIClient:
    client: APIClient = client_of(None)
    return client


def test_every_row_comes_once_though_rows_are_added_meanwhile(client: APIClient) -> None:
    made = add(25)
    seen: list[str] = []
    url = f"{EVENTS}?page_size=10"
    while url:
        page = client.get(url).json()
        seen += [row["event_id"] for row in page["results"]]
        add(3)
        url = page["next"]

    assert seen == made[::-1]


def test_previous_leads_back(client: APIClient) -> None:
    add(25)
    first = client.get(f"{EVENTS}?page_size=10").json()
    second = client.get(first["next"]).json()

    assert client.get(second["previous"]).json()["results"] == first["results"]
    assert first["previous"] is None


def test_a_page_has_a_limit(client: APIClient) -> None:
    add(101)

    assert len(client.get(f"{EVENTS}?page_size=1000").json()["results"]) == 100
    assert len(client.get(EVENTS).json()["results"]) == 20


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "é",
        b64encode(b"p=not-a-number").decode(),
        b64encode(b"o=-1&p=1").decode(),
        b64encode(b"p=1\x00").decode(),
    ],
)
def test_a_cursor_that_nobody_gave_out_is_refused(client: APIClient, cursor: str) -> None:
    answer = client.get(EVENTS, {"cursor": cursor})

    assert answer.status_code == 400, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_cursor"


@pytest.mark.parametrize("content", [b"o=99999999999&p=1", b"p=" + b"9" * 400, b"r=1&p=0"])
def test_a_cursor_past_the_end_finds_nothing(client: APIClient, content: bytes) -> None:
    answer = client.get(EVENTS, {"cursor": b64encode(content).decode()})

    assert answer.status_code == 200
    assert answer.json()["results"] == []


def test_a_page_costs_one_query_however_many_rows(
    client: APIClient, django_assert_num_queries: Any
) -> None:
    for count in (1, 49):
        add(count)
        with django_assert_num_queries(1):
            client.get(f"{EVENTS}?page_size=50")
