"""What a seller sees and decides of payouts over HTTP."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.models import BankAccount, Payout
from marketplace.payments.tests.factories import (
    IBAN,
    make_bank_account,
    make_paid_seller,
    sell,
    set_payout_policy,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User
from marketplace.users.tests.factories import authorized_client
from marketplace.users.tests.step_ups import approve_step_up

pytestmark = pytest.mark.django_db
API = "/api/v1/wallet"


@pytest.fixture
def seller(provider: FakeProvider) -> User:
    return make_paid_seller(provider)


def withdraw(client: APIClient, account_id: Any, amount: str = "60.00") -> Any:
    body = {"amount": amount, "currency": "EUR", "bank_account_id": str(account_id)}
    headers = {
        "Idempotency-Key": str(new_id()),
        **approve_step_up(client, "withdrawal", body),
    }
    return client.post(f"{API}/withdrawals/", body, format="json", headers=headers)


def add_account(client: APIClient, body: dict[str, str]) -> Any:
    headers = approve_step_up(client, "bank_account", body)
    return client.post(f"{API}/bank-accounts/", body, format="json", headers=headers)


def test_a_new_account_says_from_when_it_can_be_used(seller: User) -> None:
    set_payout_policy(bank_account_wait_hours=72)
    client = authorized_client(seller)
    body = {"account_holder": "Linden", "iban": IBAN, "currency": "EUR"}
    before = clock.database_now()
    account = add_account(client, body).json()
    usable_from_at = datetime.fromisoformat(account["usable_from_at"])
    waits = usable_from_at - before
    assert timedelta(hours=72) <= waits < timedelta(hours=72, minutes=5)
    assert (account["is_default"], account["is_blocked"]) == (True, False)
    again = add_account(client, body)
    assert (again.status_code, again.json()["code"]) == (409, "bank_account_exists")

    refusal = withdraw(client, account["id"])

    assert refusal.status_code == 409
    problem = refusal.json()
    assert problem["code"] == "bank_account_not_usable_yet"
    assert datetime.fromisoformat(problem["usable_from_at"]) == usable_from_at
    assert Payout.objects.count() == 0


def test_another_account_becomes_the_default(seller: User) -> None:
    client = authorized_client(seller)
    first = make_bank_account(seller)
    body = {"account_holder": "Linden", "account_number": "12345678", "currency": "EUR"}
    second = add_account(client, body).json()
    assert not second["is_default"]
    for _ in range(2):
        answer = client.post(f"{API}/bank-accounts/{second['id']}/make-default/")
        assert (answer.status_code, answer.json()["is_default"]) == (200, True)
    assert list(BankAccount.objects.filter(is_default=True).values_list("id", flat=True)) != [
        first.id
    ]
    client.delete(f"{API}/bank-accounts/{second['id']}/")
    assert BankAccount.objects.get(is_default=True).id == first.id


def test_the_wallet_shows_what_is_on_hold_and_until_when(
    provider: FakeProvider, seller: User
) -> None:
    set_payout_policy(reserve_bps=1_000, reserve_days=30)
    with clock.frozen(clock.now() + timedelta(days=1)):
        sell(provider, seller, Money(5_000, "EUR"))
        (eur,) = authorized_client(seller).get(f"{API}/").json()["results"]
    assert (eur["balance"], eur["available"], eur["on_hold"]) == ("150.00", "135.00", "15.00")
    assert [(hold["reason"], hold["amount"]) for hold in eur["holds"]] == [
        ("RESERVE", "10.00"),
        ("RESERVE", "5.00"),
    ]
    assert eur["holds"][0]["available_at"] < eur["holds"][1]["available_at"]


def test_holds_never_exceed_what_is_in_the_wallet(provider: FakeProvider, seller: User) -> None:
    client = authorized_client(seller)
    withdraw(client, make_bank_account(seller).id, "95.00")
    set_payout_policy(reserve_bps=1_000, reserve_days=30)
    (eur,) = client.get(f"{API}/").json()["results"]
    assert (eur["balance"], eur["available"], eur["on_hold"]) == ("5.00", "0.00", "5.00")
    assert [hold["amount"] for hold in eur["holds"]] == ["5.00"]


@pytest.mark.parametrize(
    ("policy", "code", "members"),
    [
        ({"maximum_minor": 5_000}, "withdrawal_over_maximum", {"maximum": "50.00"}),
        (
            {"day_limit_minor": 5_000},
            "withdrawal_limit_reached",
            {"available": "50.00", "available_from_at": None},
        ),
        (
            {"reserve_bps": 10_000, "reserve_days": 1},
            "funds_on_hold",
            {"available": "0.00"},
        ),
    ],
)
def test_refusals_say_what_can_be_had(
    seller: User, policy: dict[str, Any], code: str, members: dict[str, Any]
) -> None:
    set_payout_policy(currency="EUR", **policy)
    answer = withdraw(authorized_client(seller), make_bank_account(seller).id)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert members.items() <= problem.items()
    assert Payout.objects.count() == 0


def test_a_withdrawal_is_cancelled_once(seller: User) -> None:
    client = authorized_client(seller)
    made = withdraw(client, make_bank_account(seller).id).json()
    path = f"{API}/withdrawals/{made['id']}/cancel/"
    assert client.post(path).json()["code"] == "idempotency_key_missing"
    key = {"Idempotency-Key": "cancel-1"}
    first = client.post(path, headers=key)
    again = client.post(path, headers=key)
    assert (first.status_code, first.json()["failure_code"]) == (200, "cancelled")
    assert again.headers["Idempotent-Replayed"] == "true"
    other = client.post(path, headers={"Idempotency-Key": "cancel-2"})
    assert other.json()["status"] == "FAILED"


def test_a_large_one_says_that_it_waits(seller: User) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=0)
    client = authorized_client(seller)
    made = withdraw(client, make_bank_account(seller).id).json()
    assert (made["status"], made["awaits_approval"]) == ("REQUESTED", True)
    (listed,) = client.get(f"{API}/withdrawals/").json()["results"]
    assert listed["awaits_approval"]
    assert Payout.objects.get().reasons == ["amount"]
    assert not {"reasons", "policy", "approvals_needed", "approved_by"} & {*made, *listed}


def test_to_its_seller_a_suspicion_looks_like_a_large_amount(provider: FakeProvider) -> None:
    seen = []
    for policy, reason in (
        ({"approval_above_minor": 0}, "amount"),
        ({"approval_above_minor": None, "shared_account_waits": True}, "shared_account"),
        ({"shared_account_waits": None, "account_day_payouts": 0}, "account_velocity"),
    ):
        set_payout_policy(currency="EUR", **policy)
        seller = make_paid_seller(provider)
        client, account = authorized_client(seller), make_bank_account(seller)
        made = withdraw(client, account.id).json()
        assert Payout.objects.get(user=seller).reasons == [reason]
        read = [client.get(f"{API}/{name}").json() for name in ("withdrawals/", "transactions/")]
        seen.append(blotted([made, *read]))
    assert seen[0] == seen[1] == seen[2]


def blotted(answers: Any) -> str:
    """Without ids and moments, which differ."""
    return re.sub(r"\d{4}-\d\d-\d\dT[^\"]*|[0-9a-f]{8}-[0-9a-f-]{27}", "…", json.dumps(answers))


def test_the_schedule_is_chosen_and_read(provider: FakeProvider, seller: User) -> None:
    client = authorized_client(seller)
    sell(provider, seller, Money(100, "USD"))
    with CaptureQueriesContext(connection) as queries:
        manual = client.get(f"{API}/payout-schedule/").json()["results"]
    assert len(queries) == 4, "one of them finds out who asks"
    assert [(row["currency"], row["interval"]) for row in manual] == [
        ("EUR", "MANUAL"),
        ("USD", "MANUAL"),
    ]
    body = {"currency": "EUR", "interval": "WEEKLY", "weekday": "FRIDAY"}
    chosen = client.put(f"{API}/payout-schedule/", body, format="json")
    assert chosen.status_code == 200
    assert client.put(f"{API}/payout-schedule/", body, format="json").json() == chosen.json()
    assert datetime.fromisoformat(chosen.json()["next_run_at"]).strftime("%A %H") == "Friday 06"
    assert client.get(f"{API}/payout-schedule/").json()["results"][0] == chosen.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"currency": "EUR", "interval": "WEEKLY"}, "weekday"),
        ({"currency": "EUR", "interval": "DAILY", "weekday": "MONDAY"}, "weekday"),
        ({"currency": "EUR", "interval": "HOURLY"}, "interval"),
        ({"currency": "EUR", "interval": "DAILY", "hour": 3}, "hour"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(
    seller: User, body: dict[str, Any], field: str
) -> None:
    answer = authorized_client(seller).put(f"{API}/payout-schedule/", body, format="json")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
