import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core.actor import Role
from marketplace.core.money import Money
from marketplace.payments.models import (
    LedgerAccount,
    LedgerJournal,
    PaymentReview,
    ProviderWebhook,
    Refund,
)
from marketplace.payments.services import hold_captured_funds, receive_webhook, release_escrow
from marketplace.payments.tests.factories import (
    IBAN,
    capture,
    hold,
    in_transaction,
    make_bank_account,
    make_sale,
    make_user,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db
PAGES = sorted(
    model._meta.model_name or ""
    for model in admin.site._registry
    if model._meta.app_label == "payments"
)


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_user(Role.ADMIN))
    return client


@pytest.fixture
def some_of_everything(provider: FakeProvider) -> Any:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    make_bank_account(sale.seller)
    wrong = make_sale()
    attempt_id = capture(wrong, provider, Money(1, "EUR"))
    in_transaction(hold_captured_funds, payment_id=wrong.payment_id, attempt_id=attempt_id)
    receive_webhook(
        provider="sandbox",
        body=b"evt_1 payment.succeeded <script>",
        headers={"Fake-Signature": "signed"},
    )
    return sale


@pytest.mark.parametrize("page", PAGES)
def test_every_list_opens(operator: Client, some_of_everything: Any, page: str) -> None:
    answer = operator.get(reverse(f"admin:payments_{page}_changelist"), {"q": "x"}, follow=True)
    assert answer.status_code == 200
    with CaptureQueriesContext(connection) as queries:
        answer = operator.get(reverse(f"admin:payments_{page}_changelist"))
    assert answer.status_code == 200
    assert len(queries) <= 10


def test_a_payment_shows_its_events(operator: Client, some_of_everything: Any) -> None:
    path = reverse("admin:payments_payment_change", args=[some_of_everything.payment_id])
    page = operator.get(path).content.decode()
    assert "100.00 EUR put into escrow." in page
    assert "after 10.00 EUR commission" in page
    assert operator.post(path, {}).status_code == 403


def test_the_ledger_is_walked_from_account_to_journal(
    operator: Client, some_of_everything: Any
) -> None:
    account = LedgerAccount.objects.get(code=f"order:{some_of_everything.order_id}:escrow")
    entries = operator.get(
        reverse("admin:payments_ledgerentry_changelist"), {"account__id__exact": account.pk}
    )
    assert entries.status_code == 200
    assert entries.content.decode().count(account.code) == 2
    journal = LedgerJournal.objects.get(kind="escrow_release")
    page = operator.get(reverse("admin:payments_ledgerjournal_change", args=[journal.pk]))
    assert "revenue:commission" in page.content.decode()


def test_the_chain_of_links_leads_from_account_to_order_and_back(
    operator: Client, some_of_everything: Any
) -> None:
    def href(name: str, *args: Any) -> str:
        return f'href="{reverse(f"admin:{name}", args=args)}"'

    order_id, payment_id = some_of_everything.order_id, some_of_everything.payment_id
    account = LedgerAccount.objects.get(code=f"order:{order_id}:escrow")
    journal = LedgerJournal.objects.get(kind="escrow_release")
    statement = operator.get(
        reverse("admin:payments_ledgeraccount_statement", args=[account.pk])
    ).content.decode()
    assert href("payments_ledgerjournal_change", journal.pk) in statement
    assert href("payments_payment_change", payment_id) in statement
    about = operator.get(
        reverse("admin:payments_ledgerjournal_change", args=[journal.pk])
    ).content.decode()
    assert href("orders_order_change", order_id) in about
    assert href("payments_payment_change", payment_id) in about
    assert href("payments_ledgeraccount_statement", account.pk) in about
    payment = operator.get(
        reverse("admin:payments_payment_change", args=[payment_id])
    ).content.decode()
    assert href("orders_order_change", order_id) in payment
    assert href("payments_ledgerjournal_change", journal.pk) in payment
    assert href("payments_ledgeraccount_statement", account.pk) in payment


def test_every_account_opens_with_its_statement(operator: Client, some_of_everything: Any) -> None:
    for account in LedgerAccount.objects.all():
        for name in ("change", "statement"):
            path = reverse(f"admin:payments_ledgeraccount_{name}", args=[account.pk])
            assert operator.get(path).status_code == 200
            assert operator.get(path, {"after": "nonsense"}).status_code == 200
    missing = reverse("admin:payments_ledgeraccount_statement", args=[10**12])
    assert operator.get(missing).status_code == 302


def test_a_statement_is_read_page_by_page_without_counting(
    operator: Client, provider: FakeProvider
) -> None:
    seller = make_user(Role.SELLER)
    for _ in range(55):
        sale = make_sale(seller=seller)
        hold(sale, provider)
        in_transaction(release_escrow, order_id=sale.order_id)
    account = LedgerAccount.objects.get(code=f"user:{seller.pk}:wallet")
    path = reverse("admin:payments_ledgeraccount_statement", args=[account.pk])
    with CaptureQueriesContext(connection) as queries:
        newest = operator.get(path).content.decode()
    assert not [query for query in queries if "count(" in query["sql"].lower()]
    assert "4950.00 EUR" in newest
    older = re.search(r'href="[^"]*after=([^"]+)"', newest)
    assert older is not None
    assert newest.count("escrow release") == 50
    assert operator.get(path, {"after": older[1]}).content.decode().count("escrow release") == 5


def test_a_bank_account_stays_masked(operator: Client, some_of_everything: Any) -> None:
    account = make_bank_account(make_user())
    page = operator.get(reverse("admin:payments_bankaccount_change", args=[account.id]))
    assert "••••3000" in page.content.decode()
    assert IBAN not in page.content.decode()


def test_a_webhook_shows_its_raw_body_and_runs_again(
    operator: Client, some_of_everything: Any
) -> None:
    webhook = ProviderWebhook.objects.get()
    page = operator.get(reverse("admin:payments_providerwebhook_change", args=[webhook.id]))
    assert "evt_1 payment.succeeded &lt;script&gt;" in page.content.decode()
    ProviderWebhook.objects.update(state="FAILED")
    listing = reverse("admin:payments_providerwebhook_changelist")
    form = {"action": "reprocess", "_selected_action": [webhook.id]}
    assert "Reason" in operator.post(listing, form).content.decode()
    assert ProviderWebhook.objects.get().state == "FAILED"
    operator.post(listing, {**form, "reason": "The provider is back"})
    assert ProviderWebhook.objects.get().state == "RECEIVED"


def test_a_review_is_resolved_with_a_reason(operator: Client, some_of_everything: Any) -> None:
    review = PaymentReview.objects.get()
    path = reverse("admin:payments_paymentreview_changelist")
    form = {"action": "refund", "_selected_action": [str(review.id)]}
    page = operator.post(path, form)
    assert "Reason" in page.content.decode()
    assert Refund.objects.count() == 0
    assert operator.post(path, {**form, "reason": ""}).status_code == 200
    assert Refund.objects.count() == 0
    operator.post(path, {**form, "reason": "The buyer asked"})
    review.refresh_from_db()
    assert (review.status, review.resolved_reason) == ("RESOLVED", "The buyer asked")
    assert Refund.objects.count() == 1
