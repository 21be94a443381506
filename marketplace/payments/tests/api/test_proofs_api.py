import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from marketplace.core.security import signing as keys
from marketplace.payments.tests.factories import hold, make_sale, make_user
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.seals.books import finished_sale, seal_all
from marketplace.payments.verify.checks import verify
from marketplace.users.models import User

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1/payments"


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_each_party_sees_the_legs_that_concern_it(provider: FakeProvider) -> None:
    sale = finished_sale(provider)
    seal_all()
    path = f"{API}/{sale.payment_id}/trail/"
    sellers = client_of(sale.seller).get(path).json()
    buyers = client_of(sale.buyer).get(path).json()
    assert sellers["is_sealed"]
    assert buyers["is_sealed"]
    assert [event["type"] for event in sellers["events"]][-1] == "EscrowReleased"
    release = {
        who: next(j for j in body["journals"] if j["kind"] == "escrow_release")
        for who, body in (("seller", sellers), ("buyer", buyers))
    }
    assert (release["seller"]["hidden_legs"], release["buyer"]["hidden_legs"]) == (0, 2)
    amounts = {leg["account"].split(":")[0]: leg["amount"] for leg in release["seller"]["legs"]}
    assert amounts == {"order": "100.00", "user": "90.00", "revenue": "10.00"}
    assert [leg["amount"] for leg in release["buyer"]["legs"]] == ["100.00"]
    assert "commission" not in json.dumps(buyers)


def test_what_is_not_sealed_yet_says_so(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    body = client_of(sale.buyer).get(f"{API}/{sale.payment_id}/trail/").json()
    assert not body["is_sealed"]
    assert {event["seal"] for event in body["events"]} == {None}
    refused = client_of(sale.buyer).get(f"{API}/{sale.payment_id}/proof/")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_sealed_yet")


def test_strangers_get_404(provider: FakeProvider) -> None:
    sale = make_sale()
    seal_all()
    for tail in ("trail/", "proof/"):
        path = f"{API}/{sale.payment_id}/{tail}"
        assert client_of(make_user()).get(path).status_code == 404
        assert APIClient().get(path).status_code == 401


def test_the_proof_is_a_file_to_keep_and_is_valid(provider: FakeProvider) -> None:
    sale = finished_sale(provider)
    seal_all()
    answer = client_of(sale.buyer).get(f"{API}/{sale.payment_id}/proof/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert f'filename="proof-{sale.payment_id}.json"' in answer["Content-Disposition"]
    public = [public.hex() for public in keys.public_keys().values()]
    assert verify(json.loads(answer.content), public) == []


def test_the_head_is_public(provider: FakeProvider) -> None:
    assert APIClient().get(f"{API}/seal-head/").json()["seal"] is None
    make_sale()
    seal_all()
    body = APIClient().get(f"{API}/seal-head/").json()
    assert body["seal"]["number"] == 1
    assert body["keys"][0]["key_id"] == body["seal"]["key_id"]


def test_a_trail_takes_as_many_queries_however_long_it_is(provider: FakeProvider) -> None:
    short, long = make_sale(), finished_sale(provider)
    hold(short, provider)
    seal_all(limit=2)
    counts = []
    for sale in (short, long):
        client = client_of(sale.buyer)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{API}/{sale.payment_id}/trail/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
