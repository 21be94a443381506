"""Request ids, addresses without their slash, and headers."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from marketplace.core.models import OutboxEvent

ME = "/api/v1/tests/me/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_of: Any, user: Any) -> Any:
    return client_of(user)


def test_a_sane_request_id_is_kept(client: Any) -> None:
    answer = client.get(ME, headers={"X-Request-ID": "checkout-0001.a:b_c"})
    assert answer.headers["X-Request-ID"] == "checkout-0001.a:b_c"


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "a b c d e f g", "<script>alert(1)", "é" * 9]
)
def test_any_other_request_id_is_replaced(client: Any, given: str) -> None:
    answer = client.get(ME, headers={"X-Request-ID": given})
    assert UUID(answer.headers["X-Request-ID"]).version == 7


@pytest.mark.django_db(transaction=True)
def test_the_request_id_travels_with_the_events(client: Any) -> None:
    client.post(
        "/api/v1/tests/pay/",
        {"amount": 1},
        format="json",
        headers={"Idempotency-Key": "k", "X-Request-ID": "checkout-0001"},
    )
    assert OutboxEvent.objects.get().request_id == "checkout-0001"


def test_an_address_without_its_slash_is_the_same_for_every_method(client: Any) -> None:
    assert client.get(ME[:-1]).status_code == 200
    assert client.post(ME[:-1], {"amount": 3}, format="json").json() == {"amount": 3}
    assert client.delete(ME[:-1]).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_with_and_without_the_slash_is_one_request_to_idempotency(client: Any) -> None:
    for path in ("/api/v1/tests/pay/", "/api/v1/tests/pay"):
        answer = client.post(path, {"amount": 1}, format="json", headers={"Idempotency-Key": "k"})
        assert answer.status_code == 201
    assert OutboxEvent.objects.count() == 1


def test_an_answer_of_the_api_may_not_be_framed_sniffed_kept_or_run(client: Any) -> None:
    headers = client.get(ME).headers

    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("path", "directive", "wanted"),
    [
        ("/", "script-src", "'self'"),
        ("/", "style-src", "'self'"),
        ("/", "default-src", "'none'"),
        ("/admin/login/", "script-src", "'self'"),
        ("/api/v1/docs/", "style-src", "'self' 'unsafe-inline'"),
        ("/api/v1/docs/", "script-src", "'self'"),
        ("/api/v1/redoc/", "worker-src", "'self' blob:"),
    ],
)
def test_a_page_may_load_what_it_needs_and_no_more(path: str, directive: str, wanted: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 200
    found = re.search(rf"{directive} ([^;]+)", answer.headers["Content-Security-Policy"])
    assert found is not None
    assert found[1] == wanted
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_another_origin_is_let_in_only_by_name(client: Any, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]

    ours = client.get(ME, headers={"Origin": "https://shop.example"})
    theirs = client.get(ME, headers={"Origin": "https://evil.example"})
    preflight = client.options(
        ME,
        headers={
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "idempotency-key",
        },
    )

    assert ours.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Access-Control-Allow-Origin" not in theirs.headers
    assert "idempotency-key" in preflight.headers["Access-Control-Allow-Headers"]


def test_the_api_sets_no_session(client: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):  # the user
        client.get(ME)
