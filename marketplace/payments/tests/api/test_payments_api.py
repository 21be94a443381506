from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.models import Payout, ProviderWebhook
from marketplace.payments.services import refund_escrow, release_escrow
from marketplace.payments.tests.factories import (
    IBAN,
    actor_for,
    hold,
    in_transaction,
    make_bank_account,
    make_paid_seller,
    make_sale,
    make_user,
    start,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User
from marketplace.users.tests.factories import authorized_client
from marketplace.users.tests.step_ups import approve_step_up

pytestmark = pytest.mark.django_db
API = "/api/v1"


def client_of(user: User) -> APIClient:
    return authorized_client(user)


def count_queries(client: APIClient, path: str) -> tuple[int, Any]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(path, {"page_size": 100})
    assert answer.status_code == 200, answer.content
    return len(queries), answer.json()


def test_buyer_and_seller_see_the_payment_and_strangers_do_not(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    path = f"{API}/payments/{sale.payment_id}/"
    for person in (sale.buyer, sale.seller):
        answer = client_of(person).get(path)
        assert answer.status_code == 200
        body = answer.json()
        assert (body["amount"], body["currency"]) == ("100.00", "EUR")
        assert (body["status"], body["escrow_status"]) == ("COMPLETED", "IN_ESCROW")
        assert body["user_id"] == str(sale.buyer.pk)
    for tail in ("", "timeline/"):
        assert client_of(make_user()).get(path + tail).status_code == 404
        assert client_of(sale.buyer).get(f"{API}/payments/{new_id()}/{tail}").status_code == 404
        assert APIClient().get(path + tail).status_code == 401


def test_the_timeline_tells_each_side_its_own(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    path = f"{API}/payments/{sale.payment_id}/timeline/"
    told = {
        side: [entry["text"] for entry in client_of(person).get(path).json()["results"]]
        for side, person in (("buyer", sale.buyer), ("seller", sale.seller))
    }
    assert told["buyer"][0] == "100.00 EUR to be paid."
    assert told["buyer"][-1] == "100.00 EUR released to the seller."
    assert told["seller"][-1] == (
        "90.00 EUR released to the seller's wallet, after 10.00 EUR commission."
    )
    assert "commission" not in " ".join(told["buyer"])


def test_the_list_holds_what_one_makes_and_gets_newest_first(provider: FakeProvider) -> None:
    first, second = make_sale(), make_sale()
    mixed = make_sale(buyer=first.seller, seller=second.buyer)
    body = client_of(first.seller).get(f"{API}/payments/").json()
    assert [row["id"] for row in body["results"]] == [str(mixed.payment_id), str(first.payment_id)]
    hold(mixed, provider)
    for query, expected in (
        ({"status": "COMPLETED"}, [mixed]),
        ({"escrow_status": "IN_ESCROW"}, [mixed]),
        ({"order_id": str(first.order_id)}, [first]),
        ({"status": "REFUNDED"}, []),
    ):
        found = client_of(first.seller).get(f"{API}/payments/", query).json()["results"]
        assert [row["id"] for row in found] == [str(sale.payment_id) for sale in expected]
    assert client_of(first.seller).get(f"{API}/payments/", {"status": "X"}).status_code == 400


def test_lists_cost_the_same_queries_at_1_and_at_50_rows(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    account = make_bank_account(seller)

    def withdraw(key: int) -> None:
        withdraw_approved(
            actor=actor_for(seller),
            amount=Money(10, "EUR"),
            bank_account_id=account.id,
            idempotency_key=str(key),
        )

    withdraw(0)
    client = client_of(seller)
    paths = ("payments/", "wallet/transactions/", "wallet/withdrawals/")
    before = {path: count_queries(client, f"{API}/{path}")[0] for path in paths}
    # Who it is, and the rows.
    assert before == {"payments/": 2, "wallet/transactions/": 2, "wallet/withdrawals/": 2}
    for number in range(1, 50):
        make_sale(seller=seller)
        withdraw(number)
    for path in paths:
        queries, body = count_queries(client, f"{API}/{path}")
        assert len(body["results"]) >= 50
        assert queries == before[path]


def test_the_wallet_shows_available_pending_and_reserved(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    hold(make_sale(seller=seller), provider)
    hold(make_sale(Money(5_000, "USD"), seller=seller), provider)
    withdraw_approved(
        actor=actor_for(seller),
        amount=Money(2_500, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w",
    )
    client = client_of(seller)
    with CaptureQueriesContext(connection) as queries:
        eur, usd = client.get(f"{API}/wallet/").json()["results"]
    assert len(queries) == 9, "who it is, and eight"
    assert (eur["currency"], eur["available"], eur["balance"]) == ("EUR", "75.00", "75.00")
    assert (eur["pending"], eur["reserved"]) == ("90.00", "25.00")
    assert (usd["currency"], usd["available"], usd["pending"]) == ("USD", "0.00", "45.00")


def test_the_statement_pages_by_cursor_and_is_ones_own(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled")
    client = client_of(sale.buyer)
    first = client.get(f"{API}/wallet/transactions/", {"page_size": 1}).json()
    second = client.get(first["next"]).json()
    types = [page["results"][0]["type"] for page in (first, second)]
    assert types == ["REFUND", "ESCROW_HOLD"]
    assert second["next"] is None
    line = first["results"][0]
    assert (line["amount"], line["wallet_change"], line["status"]) == ("100.00", "0.00", "PENDING")
    only = client.get(f"{API}/wallet/transactions/", {"type": "REFUND"}).json()["results"]
    assert len(only) == 1
    assert client_of(make_user()).get(f"{API}/wallet/transactions/").json()["results"] == []
    answer = client.get(f"{API}/wallet/transactions/", {"cursor": "nonsense"})
    assert answer.status_code == 400


def test_bank_accounts_are_added_masked_and_removed() -> None:
    user = make_user()
    client = client_of(user)
    body = {"account_holder": "Linden Seller", "iban": IBAN, "currency": "EUR"}
    headers = approve_step_up(client, "bank_account", {**body, "iban": IBAN.lower()})
    answer = client.post(f"{API}/wallet/bank-accounts/", body, format="json", headers=headers)
    assert answer.status_code == 201
    assert answer.json()["masked_number"] == "••••3000"
    assert IBAN not in answer.content.decode()
    path = f"{API}/wallet/bank-accounts/{answer.json()['id']}/"
    assert client_of(make_user()).delete(path).status_code == 404
    assert len(client.get(f"{API}/wallet/bank-accounts/").json()["results"]) == 1
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert client.get(f"{API}/wallet/bank-accounts/").json()["results"] == []
    wrong = client.post(f"{API}/wallet/bank-accounts/", {**body, "iban": "DE00"}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_bank_account")
    assert wrong["Content-Type"] == "application/problem+json"


def test_a_withdrawal_needs_a_key_and_happens_once(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    client = client_of(seller)
    body = {
        "amount": "60.00",
        "currency": "EUR",
        "bank_account_id": str(make_bank_account(seller).id),
    }

    def post(key: str | None = "key-1", *, approves: bool = True, **changes: str) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        if approves:
            headers |= approve_step_up(client, "withdrawal", {**body, **changes})
        return client.post(
            f"{API}/wallet/withdrawals/", {**body, **changes}, format="json", headers=headers
        )

    assert post(None).json()["code"] == "idempotency_key_missing"
    assert Payout.objects.count() == 0
    first = post()
    assert (first.status_code, first.json()["status"]) == (201, "REQUESTED")
    assert post().json() == first.json()
    assert post(amount="1.00").status_code == 422
    too_much = post("key-2")
    assert (too_much.status_code, too_much.json()["code"]) == (422, "insufficient_balance")
    assert (Payout.objects.count(), wallet(seller)) == (1, 4_000)
    for changes in ({"amount": "1.005"}, {"amount": "many"}, {"amount": "-1.00"}, {"amount": "0"}):
        assert post("key-3", approves=False, **changes).status_code == 400
    assert post("key-3", amount="40.00").status_code == 201, "an error burns no key"
    rows = client.get(f"{API}/wallet/withdrawals/").json()["results"]
    assert [row["amount"] for row in rows] == ["40.00", "60.00"]
    assert rows[0]["masked_number"] == "••••3000"


def test_a_webhook_is_answered_once_stored_and_duplicates_too(provider: FakeProvider) -> None:
    sale = make_sale()
    start(sale)

    def send(body: bytes = b"evt_1 payment.succeeded pay_1", signed: str = "signed") -> Any:
        return APIClient().post(
            f"{API}/payments/webhooks/sandbox/",
            body,
            content_type="application/json",
            headers={"Fake-Signature": signed},
        )

    assert send().status_code == 200
    assert send().status_code == 200
    assert ProviderWebhook.objects.count() == 1
    assert send(b"evt_2 payment.succeeded pay_1", "forged").status_code == 401
    assert send(b"nonsense").status_code == 400
    assert send(b"x" * 70_000).status_code == 400
    assert send(b"x" * 2_000_000).status_code in (400, 413), "more than a request may be at all"
    assert ProviderWebhook.objects.count() == 1
    nobody = APIClient().post(f"{API}/payments/webhooks/nobody/", b"x", content_type="text/plain")
    assert nobody.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "payments/",
        "wallet/",
        "wallet/transactions/",
        "wallet/bank-accounts/",
        "wallet/withdrawals/",
    ],
)
def test_nobody_reads_without_signing_in(path: str) -> None:
    answer = APIClient().get(f"{API}/{path}")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
