import json
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.payments.tests.factories import make_paid_seller, make_user
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
PATH = "/api/v1/wallet/statements/"


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def period() -> dict[str, str]:
    today = clock.database_now().date()
    return {"currency": "EUR", "from": str(today - timedelta(days=30)), "to": str(today)}


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def json_of(answer: Any) -> Any:
    return json.loads(bytes_of(answer))


def test_json_csv_and_pdf_of_one_period(provider: FakeProvider) -> None:
    client = client_of(make_paid_seller(provider))
    body = client.get(PATH, period())
    assert body["Content-Type"] == "application/json"
    assert json_of(body)["closing_balance"] == "100.00"
    table = client.get(PATH, {**period(), "format": "csv"})
    assert table["Content-Type"] == "text/csv; charset=utf-8"
    assert b"escrow_release" in bytes_of(table)
    document = client.get(PATH, {**period(), "format": "pdf"})
    assert document["Content-Type"] == "application/pdf"
    assert document["Content-Disposition"].startswith('attachment; filename="statement-EUR-')
    assert document.content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": "XXZ"}, "currency"),
        ({"from": "2026-13-01"}, "from"),
        ({"to": ""}, "to"),
        ({"format": "xlsx"}, "format"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, str], field: str) -> None:
    answer = client_of(make_user()).get(PATH, {**period(), **changes})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


def test_a_period_that_is_none_has_its_code() -> None:
    answer = client_of(make_user()).get(PATH, {**period(), "from": "2020-01-01"})
    assert (answer.status_code, answer.json()["code"]) == (400, "statement_period_invalid")


def test_a_statement_is_ones_own() -> None:
    assert APIClient().get(PATH, period()).status_code == 401
    assert json_of(client_of(make_user()).get(PATH, period()))["lines"] == []


def test_the_balance_at_a_past_moment(provider: FakeProvider) -> None:
    before = clock.database_now()
    client = client_of(make_paid_seller(provider))
    path = "/api/v1/wallet/balance/"
    after = clock.database_now()
    then = client.get(path, {"currency": "EUR", "at": before.isoformat()}).json()
    now = client.get(path, {"currency": "EUR", "at": after.isoformat()}).json()
    assert (then["balance"], then["version"]) == ("0.00", 0)
    assert (now["balance"], now["version"]) == ("100.00", 1)
    later = client.get(path, {"currency": "EUR", "at": (after + timedelta(days=1)).isoformat()})
    assert (later.status_code, later.json()["code"]) == (400, "moment_in_the_future")
