"""Sales to look at: the list, the page in words, and what its buttons do."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.payments.models import BankAccount, RiskFinding
from marketplace.payments.tests.factories import fill_wallet
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_decide_finding import make_finding
from marketplace.payments.tests.services.test_look_at_sale import linked, look
from marketplace.payments.tests.services.test_payout_scrutiny import withdraw
from marketplace.users.models import User
from marketplace.users.tests.factories import make_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/payments/riskfinding/?status__exact=OPEN"
BACKEND = "marketplace.users.adapter.AccountBackend"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def client() -> Client:
    return client_of(make_staff("FINANCE"))


def page_of(finding: RiskFinding, action: str = "change") -> str:
    return reverse(f"admin:payments_riskfinding_{action}", args=[finding.id])


def test_the_desk_counts_them_and_the_list_asks_as_much_for_many(client: Client) -> None:
    finding = make_finding()
    assert "Sales to look at" in client.get("/admin/").content.decode()
    with CaptureQueriesContext(connection) as for_one:
        page = client.get(LIST).content.decode()
    assert finding.seller.email in page
    assert "bank account, device" in page
    for _ in range(9):
        make_finding()
    with CaptureQueriesContext(connection) as for_ten:
        client.get(LIST)
    assert len(for_ten) == len(for_one)


def test_the_page_says_in_words_what_was_seen_and_leads_there(client: Client) -> None:
    finding = make_finding()
    other = make_finding(seller=finding.seller)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(page_of(finding)).content.decode()
    asked = [query["sql"] for query in queries]
    assert len(asked) <= 16
    assert len(set(asked)) == len(asked), "nothing is asked twice for one page"
    for words in (
        "paid 100.00 EUR for goods of",
        "Buyer and seller have the same bank account and device in common.",
        "payouts wait for two operators until this is decided: none does now.",
        "None yet.",
        "0 in this direction, 0 in the other; the money of this one is not held.",
        reverse("admin:orders_order_change", args=[finding.order_id]),
        reverse("admin:payments_payment_change", args=[finding.payment_id]),
        reverse("admin:users_user_change", args=[finding.buyer_id]),
        reverse("admin:users_user_change", args=[finding.seller_id]),
        page_of(other),
    ):
        assert words in page, words


def test_looking_decides_nothing_and_a_reason_decides(client: Client) -> None:
    finding = make_finding()
    assert finding.seller.email in client.get(page_of(finding, "confirm")).content.decode()
    client.post(page_of(finding, "confirm"), {"reason": ""})
    finding.refresh_from_db()
    assert finding.status == "OPEN"

    client.post(page_of(finding, "confirm"), {"reason": "One address, one hand"})
    again = client.post(page_of(finding, "clear"), {"reason": "x"}, follow=True).content.decode()

    finding.refresh_from_db()
    assert finding.status == "CONFIRMED"
    assert "It was confirmed already. Reopen it to decide otherwise." in again
    assert "One address, one hand" in again
    client.post(page_of(finding, "reopen"), {"reason": "They wrote to us"})
    client.post(page_of(finding, "clear"), {"reason": "A workshop of two"})
    assert "Nothing: it was cleared." in client.get(page_of(finding)).content.decode()


def test_the_page_says_what_waits_and_who_the_two_are(
    client: Client, provider: FakeProvider
) -> None:
    sale = linked(provider)
    look(sale)
    fill_wallet(sale.seller, provider)
    withdraw(sale.seller, 100, account=BankAccount.objects.get(user=sale.seller))
    User.objects.filter(pk=sale.buyer.pk).update(is_active=False)

    page = client.get(page_of(RiskFinding.objects.get())).content.decode()

    assert "1 does now" in page
    assert f"awaits_approval__exact=1&amp;q={sale.seller.pk}" in page
    assert "1 in this direction, 0 in the other; the money of this one is in escrow." in page
    assert page.count("suspended or closed") == 1


def test_only_what_can_be_decided_now_is_offered(client: Client) -> None:
    finding = make_finding()

    def offered() -> set[str]:
        page = client.get(page_of(finding)).content.decode()
        return {name for name in ("clear", "confirm", "reopen") if page_of(finding, name) in page}

    assert offered() == {"clear", "confirm"}
    client.post(page_of(finding, "confirm"), {"reason": "One hand"})
    assert offered() == {"reopen"}
    client.post(page_of(finding, "reopen"), {"reason": "They wrote"})
    assert offered() == {"clear", "confirm"}


def test_a_card_of_many_buyers_is_said_as_such(client: Client) -> None:
    finding = make_finding()
    RiskFinding.objects.update(kind="INSTRUMENT_VELOCITY", evidence=["instrument"])
    assert "means of payment of many buyers" in client.get(LIST).content.decode()
    page = client.get(page_of(finding)).content.decode()
    assert "Others paid with the same means of payment within a day" in page


def test_other_findings_leave_out_sales_of_whoever_looks() -> None:
    member = make_staff("FINANCE")
    finding = make_finding()
    own, others = (
        make_finding(seller=finding.seller, buyer=member),
        make_finding(seller=finding.seller),
    )
    page = client_of(member).get(page_of(finding)).content.decode()
    assert page_of(others) in page
    assert page_of(own) not in page
    assert page_of(own) in client_of(make_staff("FINANCE")).get(page_of(finding)).content.decode()


def test_many_are_cleared_with_one_reason(client: Client) -> None:
    findings = [make_finding() for _ in range(3)]
    chosen = {"action": "clear_chosen", "_selected_action": [str(row.id) for row in findings]}
    assert "hold the sellers" in client.post(LIST, chosen).content.decode()
    client.post(LIST, {**chosen, "reason": "A family firm"})
    assert set(RiskFinding.objects.values_list("status", flat=True)) == {"CLEARED"}


def test_who_only_looks_has_no_button_and_who_sells_sees_nothing_of_it() -> None:
    auditor = client_of(make_staff("AUDITOR"))
    member = make_staff("FINANCE")
    finding = make_finding(seller=member)

    assert auditor.get(page_of(finding)).status_code == 200
    assert auditor.post(page_of(finding, "clear"), {"reason": "x"}).status_code == 403
    assert client_of(member).get(page_of(finding)).status_code == 302
    assert client_of(member).get(page_of(finding, "clear")).status_code == 404
    assert "bank account, device" not in client_of(member).get(LIST).content.decode()
    finding.refresh_from_db()
    assert finding.status == "OPEN"
