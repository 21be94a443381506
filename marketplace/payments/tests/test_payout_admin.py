"""The page of payouts to approve: what it shows, and what its two buttons do."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core.actor import Role
from marketplace.core.money import Money
from marketplace.payments.models import BankAccount, Payout
from marketplace.payments.tests.factories import (
    IBAN,
    actor_for,
    make_bank_account,
    make_paid_seller,
    make_user,
    set_payout_policy,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.tests.factories import make_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/payments/payout/?awaits_approval__exact=1"


@pytest.fixture
def waiting(provider: FakeProvider) -> Payout:
    """60.00 EUR of 100.00."""
    set_payout_policy(currency="EUR", approval_above_minor=0, day_limit_minor=9_000)
    return wait_for_approval(provider)


def wait_for_approval(provider: FakeProvider) -> Payout:
    seller = make_paid_seller(provider)
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(6_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    )
    return Payout.objects.get(id=snapshot.id)


def operator() -> Client:
    client = Client()
    client.force_login(make_user(Role.ADMIN))
    return client


def page_of(payout: Payout) -> str:
    return reverse("admin:payments_payout_change", args=[payout.id])


def address_of(action: str, row_id: object, model: str = "payout") -> str:
    return reverse(f"admin:payments_{model}_{action}", args=[row_id])


def test_the_list_holds_what_waits_and_asks_as_much_for_many_as_for_one(
    provider: FakeProvider, waiting: Payout
) -> None:
    client = operator()
    with CaptureQueriesContext(connection) as for_one:
        page = client.get(LIST).content.decode()
    assert "60.00 EUR" in page
    assert waiting.user.email in page
    assert "0 of 2" in page
    for _ in range(9):
        wait_for_approval(provider)
    with CaptureQueriesContext(connection) as for_ten:
        client.get(LIST)
    assert len(for_ten) == len(for_one)


def test_the_page_says_what_one_should_have_seen(waiting: Payout) -> None:
    client = operator()
    with CaptureQueriesContext(connection) as queries:
        page = client.get(page_of(waiting)).content.decode()
    assert len(queries) <= 25
    for words in (
        "Waits for approval (0 of 2)",
        waiting.user.email,
        "T0",
        "••••3000",
        "60.00 EUR, of 90.00 EUR",
        "60.00 EUR, no limit",
        "40.00 EUR",
        "0 paid, 0 returned",
        "last change of bank details",
        "The amount is above what goes out unasked",
    ):
        assert words.lower() in page.lower(), words
    assert IBAN not in page


def test_two_operators_approve_with_a_page_between(waiting: Payout) -> None:
    first, second = operator(), operator()
    approve = address_of("approve", waiting.id)
    page = first.get(approve).content.decode()
    assert f"60.00 EUR of {waiting.user.email}" in page
    waiting.refresh_from_db()
    assert waiting.approved_by == [], "looking decides nothing"

    first.post(approve, {"reason": "Called the seller"})
    again = first.post(approve, {"reason": "Once more"}, follow=True).content.decode()
    assert "Your approval counts once" in again
    second.post(approve, {"reason": ""})
    waiting.refresh_from_db()
    assert len(waiting.approved_by) == 1
    second.post(approve, {"reason": "Looked at the account"})

    waiting.refresh_from_db()
    assert (len(waiting.approved_by), waiting.awaits_approval) == (2, False)
    assert "Called the seller" in first.get(page_of(waiting)).content.decode()


def test_one_rejects_with_a_reason(waiting: Payout) -> None:
    client = operator()
    reject = address_of("reject", waiting.id)
    assert client.post(reject, {"reason": ""}).status_code == 200
    waiting.refresh_from_db()
    assert waiting.status == "REQUESTED"
    client.post(reject, {"reason": "Not theirs"})
    waiting.refresh_from_db()
    assert (waiting.failure_code, wallet(waiting.user)) == ("rejected", 10_000)


def test_staff_without_the_role_only_look(waiting: Payout) -> None:
    client = Client()
    client.force_login(make_staff("AUDITOR"), backend="marketplace.users.adapter.AccountBackend")
    assert client.get(page_of(waiting)).status_code == 200
    for action in ("approve", "reject"):
        assert client.post(address_of(action, waiting.id), {"reason": "x"}).status_code == 403
    waiting.refresh_from_db()
    assert waiting.approved_by == []


def test_a_blocked_account_is_cleared_with_a_reason(waiting: Payout) -> None:
    BankAccount.objects.update(blocked_at=waiting.requested_at)
    client = operator()
    clear = address_of("clear", waiting.bank_account_id, "bankaccount")
    assert "BLOCKED" in client.get(page_of(waiting)).content.decode()
    client.post(clear, {"reason": "The bank's error"})
    account = BankAccount.objects.get()
    assert (account.blocked_at, account.cleared_reason) == (None, "The bank's error")


def test_an_id_that_is_not_there_is_no_error_of_ours(waiting: Payout) -> None:
    client = operator()
    gone = str(waiting.id).replace(str(waiting.id)[-4:], "0000")
    assert client.get(address_of("approve", gone)).status_code == 404
