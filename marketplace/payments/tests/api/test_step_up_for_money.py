"""Money leaves a wallet with a second factor that approved this amount to this account, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from rest_framework.test import APIClient

from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.testing.figures import publish
from marketplace.payments.models import BankAccount, Payout
from marketplace.payments.tests.factories import make_bank_account, make_paid_seller, wallet
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import StepUp, User
from marketplace.users.tests.authenticator import code_for, give_totp
from marketplace.users.tests.factories import authorized_client
from marketplace.users.tests.step_ups import approve_step_up

A = "/api/v1/"
WITHDRAWALS, ACCOUNTS = f"{A}wallet/withdrawals/", f"{A}wallet/bank-accounts/"
AT_ONCE = 8


@pytest.fixture
def seller(provider: FakeProvider) -> User:
    return make_paid_seller(provider)


@pytest.fixture
def client(seller: User) -> APIClient:
    return authorized_client(seller)


def wanted(account: BankAccount, amount: str = "60.00", currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency, "bank_account_id": str(account.id)}


def withdraw(client: APIClient, body: Any, step_up: dict[str, str], key: str = "") -> Any:
    headers = {"Idempotency-Key": key or str(new_id()), **step_up}
    return client.post(WITHDRAWALS, body, format="json", headers=headers)


@pytest.mark.django_db
def test_a_code_of_the_app_before_a_withdrawal(client: APIClient, seller: User) -> None:
    secret, account = give_totp(seller), make_bank_account(seller)
    body = wanted(account)

    bare = withdraw(client, body, {})
    assert (bare.status_code, bare.json()["code"]) == (403, "step_up_required")
    assert bare.json()["purpose"] == "withdrawal"
    asked = client.post(
        f"{A}auth/step-ups/", {"purpose": "withdrawal", "details": body}, format="json"
    ).json()
    assert asked["factors"] == ["totp"]
    early = withdraw(client, body, {"Step-Up": asked["id"]})
    assert (early.status_code, early.json()["reason"]) == (403, "unconfirmed")
    confirmed = client.post(
        f"{A}auth/step-ups/{asked['id']}/confirm/",
        {"factor": "totp", "code": code_for(secret)},
        format="json",
    )
    assert confirmed.status_code == 200, confirmed.content
    assert (Payout.objects.count(), wallet(seller)) == (0, 10_000)

    done = withdraw(client, body, {"Step-Up": asked["id"]})

    assert done.status_code == 201, done.content
    assert (Payout.objects.count(), wallet(seller)) == (1, 4_000)
    again = withdraw(client, {**body, "amount": "40.00"}, {"Step-Up": asked["id"]})
    assert (again.status_code, again.json()["reason"]) == (403, "changed")
    twice = withdraw(client, body, {"Step-Up": asked["id"]})
    assert (twice.status_code, twice.json()["reason"]) == (403, "used")
    assert (Payout.objects.count(), wallet(seller)) == (1, 4_000)


@pytest.mark.django_db
def test_without_a_factor_a_letter_names_amount_and_account(
    client: APIClient, seller: User
) -> None:
    body = wanted(make_bank_account(seller), amount="12.5")
    mail.outbox.clear()
    asked = client.post(
        f"{A}auth/step-ups/", {"purpose": "withdrawal", "details": body}, format="json"
    )
    assert asked.json()["factors"] == ["email_code"]
    (letter,) = mail.outbox
    assert letter.to == [seller.email]
    for words in (letter.subject, letter.body):
        assert "Withdraw 12.50 EUR to ••••3000" in str(words)


@pytest.mark.django_db
def test_what_was_changed_after_the_approval_is_refused(
    client: APIClient, seller: User, settings: Any
) -> None:
    settings.STEP_UPS_PER_HOUR = 1000
    account = make_bank_account(seller)
    other = BankAccount.objects.get(
        id=client.post(
            ACCOUNTS,
            body := {"account_holder": "Linden", "account_number": "12345678", "currency": "EUR"},
            format="json",
            headers=approve_step_up(client, "bank_account", body),
        ).json()["id"]
    )
    approved = wanted(account)
    changed: list[dict[str, str]] = [
        *(
            wanted(account, amount=f"{minor / 100:.2f}")
            for minor in range(5_950, 6_050, 2)
            if minor != 6_000
        ),
        *(wanted(other, amount=amount) for amount in ("60.00", "6.00", "0.60", "59.99")),
    ]
    refused = 0
    for body in changed:
        step_up = approve_step_up(client, "withdrawal", approved)
        answer = withdraw(client, body, step_up)
        refused += (answer.status_code, answer.json().get("reason")) == (403, "changed")
    assert (Payout.objects.count(), wallet(seller)) == (0, 10_000)
    assert len(recorded("users.StepUpRefused")) == len(changed)
    publish("amount or payee changed after approval", changed=len(changed), refused=refused)
    assert refused == len(changed)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"account_number": "12345679"},
        {"account_holder": "Somebody Else"},
        {"currency": "GBP"},
        {"bank_code": "044"},
        {"account_number": "", "iban": "DE89370400440532013000"},
    ],
)
def test_another_bank_account_than_the_one_approved_is_refused(
    client: APIClient, change: dict[str, str]
) -> None:
    body = {"account_holder": "Linden", "account_number": "12345678", "currency": "EUR"}
    step_up = approve_step_up(client, "bank_account", body)

    answer = client.post(ACCOUNTS, {**body, **change}, format="json", headers=step_up)

    assert (answer.status_code, answer.json()["reason"]) == (403, "changed")
    assert not BankAccount.objects.exists()
    as_typed = {**body, "account_number": "1234 5678", "bank_name": "A bank"}
    kept = client.post(ACCOUNTS, as_typed, format="json", headers=step_up)
    assert kept.status_code == 201, kept.content


@pytest.mark.django_db
def test_an_approval_is_good_on_its_own_device_alone(client: APIClient, seller: User) -> None:
    body = wanted(make_bank_account(seller))
    step_up = approve_step_up(client, "withdrawal", body)
    answer = withdraw(authorized_client(seller), body, step_up)
    assert (answer.status_code, answer.json()["reason"]) == (403, "unknown")
    assert not Payout.objects.exists()


@pytest.mark.django_db
def test_nobody_approves_a_withdrawal_to_anothers_account(
    client: APIClient, provider: FakeProvider
) -> None:
    strange = make_bank_account(make_paid_seller(provider))
    answer = client.post(
        f"{A}auth/step-ups/",
        {"purpose": "withdrawal", "details": wanted(strange)},
        format="json",
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.pop("amount"),
        lambda body: body.update(amount="1.005"),
        lambda body: body.update(amount=[]),
        lambda body: body.update(currency="eur"),
        lambda body: body.update(bank_account_id="mine"),
        lambda body: body.update(more="x"),
    ],
)
def test_details_that_the_command_would_refuse_are_refused(
    client: APIClient, seller: User, spoil: Callable[[Any], None]
) -> None:
    body: Any = wanted(make_bank_account(seller))
    spoil(body)
    before = StepUp.objects.count()
    answer = client.post(
        f"{A}auth/step-ups/", {"purpose": "withdrawal", "details": body}, format="json"
    )
    assert (answer.status_code, answer.json()["code"]) in (
        (400, "invalid_input"),
        (400, "invalid_money"),
    )
    assert StepUp.objects.count() == before


@pytest.mark.django_db
def test_a_refused_withdrawal_leaves_the_approval_as_it_was(
    client: APIClient, seller: User
) -> None:
    body = wanted(make_bank_account(seller), amount="100.01")
    step_up = approve_step_up(client, "withdrawal", body)
    for _ in range(2):
        answer = withdraw(client, body, step_up)
        assert (answer.status_code, answer.json()["code"]) == (422, "insufficient_balance")
    assert StepUp.objects.get(pk=step_up["Step-Up"]).used_at is None


@pytest.mark.django_db
def test_the_same_key_answers_again_though_the_approval_is_spent(
    client: APIClient, seller: User
) -> None:
    body = wanted(make_bank_account(seller))
    step_up = approve_step_up(client, "withdrawal", body)
    first = withdraw(client, body, step_up, key="once")
    again = withdraw(client, body, step_up, key="once")
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert Payout.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_approval_sent_by_many_at_once_lets_one_through(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    client = authorized_client(seller)
    body = wanted(make_bank_account(seller), amount="10.00")
    step_up = approve_step_up(client, "withdrawal", body)
    start = Barrier(AT_ONCE)

    def attempt(_: int) -> tuple[int, str]:
        start.wait()
        try:
            answer = withdraw(client, body, step_up)
            return answer.status_code, answer.json().get("reason", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = sorted(pool.map(attempt, range(AT_ONCE)))

    publish(
        "one step-up in parallel",
        sent=AT_ONCE,
        withdrawals=Payout.objects.count(),
    )
    assert outcomes == [(201, ""), *[(403, "used")] * (AT_ONCE - 1)]
    assert (Payout.objects.count(), wallet(seller)) == (1, 9_000)
