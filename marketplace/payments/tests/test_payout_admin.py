"""The page of payouts to approve: what it shows, and what its two buttons do."""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core.actor import Role
from marketplace.core.money import Money
from marketplace.payments.models import (
    BankAccount,
    FindingKind,
    Payment,
    Payout,
    RiskFinding,
)
from marketplace.payments.providers.protocol import ChargebackOutcome
from marketplace.payments.repositories.findings import open_finding
from marketplace.payments.services import clear_finding
from marketplace.payments.tests.factories import (
    IBAN,
    actor_for,
    make_bank_account,
    make_paid_seller,
    make_user,
    sell,
    set_payout_policy,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_chargebacks import close, open_one
from marketplace.users.models import User
from marketplace.users.services import suspend_user
from marketplace.users.tests.factories import make_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/payments/payout/?awaits_approval__exact=1"


@pytest.fixture
def waiting(provider: FakeProvider) -> Payout:
    """60.00 EUR of 100.00."""
    set_payout_policy(currency="EUR", approval_above_minor=0, day_limit_minor=9_000)
    return wait_for_approval(provider)


def wait_for_approval(provider: FakeProvider) -> Payout:
    return withdraw(make_paid_seller(provider), 6_000)


def withdraw(seller: User, minor: int) -> Payout:
    kept = BankAccount.objects.filter(user=seller).first() or make_bank_account(seller)
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(minor, "EUR"),
        bank_account_id=kept.id,
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

    said = first.post(approve, {"reason": "Called the seller"}, follow=True).content.decode()
    assert "Another operator has to approve it, too" in said
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


def test_its_page_offers_what_can_still_be_done(waiting: Payout) -> None:
    assert offered(waiting) == ["approve", "reject"]
    for _ in range(2):
        operator().post(address_of("approve", waiting.id), {"reason": "Called the seller"})
    assert offered(waiting) == ["reject"]
    operator().post(address_of("reject", waiting.id), {"reason": "Not theirs"})
    assert offered(waiting) == []


def offered(payout: Payout) -> list[str]:
    page = operator().get(page_of(payout)).content.decode()
    return [name for name in ("approve", "reject") if address_of(name, payout.id) in page]


def test_staff_without_the_role_only_look(waiting: Payout) -> None:
    client = Client()
    client.force_login(make_staff("AUDITOR"), backend="marketplace.users.adapter.AccountBackend")
    assert client.get(page_of(waiting)).status_code == 200
    for action in ("approve", "reject"):
        assert client.post(address_of(action, waiting.id), {"reason": "x"}).status_code == 403
    waiting.refresh_from_db()
    assert waiting.approved_by == []


def suspected(provider: FakeProvider) -> Payout:
    """60.00 EUR for which there is every reason at once but a debt: 10.00 EUR of somebody else
    went to the same number a moment ago."""
    set_payout_policy(currency="EUR", approval_above_minor=5_000, account_day_payouts=1)
    set_payout_policy(shared_account_waits=True)
    seller, other = make_paid_seller(provider), make_paid_seller(provider)
    with transaction.atomic():
        open_finding(
            kind=FindingKind.LINKED_PARTIES,
            payment=Payment.objects.get(seller_id=seller.pk),
            evidence={"device"},
        )
    withdraw(other, 1_000)
    return withdraw(seller, 6_000)


def test_each_reason_shows_what_it_rests_on(provider: FakeProvider) -> None:
    payout, client = suspected(provider), operator()
    other = Payout.objects.exclude(id=payout.id).get()
    assert payout.reasons == ["amount", "shared_account", "finding", "account_velocity"]
    with CaptureQueriesContext(connection) as queries:
        page = client.get(page_of(payout)).content.decode()
    assert len(queries) <= 30
    for words in (
        "Up to 50.00 EUR goes out unasked",
        "1 payout went to this number in the 24 hours before it; unasked go at most 1",
        page_of(other),
        f"10.00 EUR</a> of {other.user.email}",
        reverse("admin:payments_bankaccount_change", args=[other.bank_account_id]),
        reverse("admin:payments_riskfinding_change", args=[RiskFinding.objects.get().id]),
    ):
        assert words in page, words
    listed = client.get(LIST).content.decode()
    assert "large amount, shared account number, open finding, busy account number" in listed


def test_what_has_gone_since_is_said(provider: FakeProvider) -> None:
    payout = suspected(provider)
    by = actor_for(make_user(Role.ADMIN))
    clear_finding(finding_id=RiskFinding.objects.get().id, actor=by, reason="They are a family")
    BankAccount.objects.exclude(id=payout.bank_account_id).update(removed_at=payout.requested_at)
    page = operator().get(page_of(payout)).content.decode()
    assert "Nobody else keeps it by now" in page
    assert "They have all been cleared since" in page


def test_what_nobody_can_approve_it_with_is_said_before_they_try(provider: FakeProvider) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=0)
    sale = sell(provider, make_user(Role.SELLER))
    waiting, client = withdraw(sale.seller, 6_000), operator()
    approve, obstacle = address_of("approve", waiting.id), "so nobody can approve it"
    assert obstacle not in client.get(page_of(waiting)).content.decode()
    close(provider, open_one(provider, sale), ChargebackOutcome.LOST)
    BankAccount.objects.update(blocked_at=waiting.requested_at)
    suspend_user(user_id=sale.seller.pk, actor=actor_for(make_user(Role.ADMIN)), reason="A claim")
    for address in (page_of(waiting), approve):
        page = client.get(address).content.decode()
        assert f"The seller owes 60.00 EUR, {obstacle}" in page
        assert "Clear the bank account first" in page
        assert f"is suspended, {obstacle}" in page
    assert obstacle not in client.get(address_of("reject", waiting.id)).content.decode()


def test_the_whole_list_is_estimated_for_whoever_has_no_payouts(waiting: Payout) -> None:
    client = operator()
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/admin/payments/payout/").status_code == 200
    assert [query for query in queries if "reltuples" in query["sql"]]


def test_nobody_sees_why_their_own_waits(waiting: Payout) -> None:
    User.objects.filter(pk=waiting.user_id).update(roles=[Role.SELLER, Role.ADMIN], is_staff=True)
    client = Client()
    client.force_login(User.objects.get(pk=waiting.user_id))
    listed = client.get(LIST)
    assert listed.status_code == 200
    assert "60.00 EUR" not in listed.content.decode()
    for address in (address_of("approve", waiting.id), address_of("reject", waiting.id)):
        assert client.get(address).status_code == 404
    assert "The amount is above" not in client.get(page_of(waiting), follow=True).content.decode()


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
