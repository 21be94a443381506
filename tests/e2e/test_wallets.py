"""A wallet is filled and pays, over HTTP; and the audit finds the books in order."""

import pytest

from demo.api import Api, Refused, wait_for
from marketplace.users.tests.authenticator import code_for
from tests.running import Platform

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(240)]


def fill(buyer: Api, amount: str) -> str:
    """Top the wallet up, pay on the provider's page, and wait until the money is there."""
    top_up = buyer.top_up(amount)
    buyer.pay_on_hosted_page(top_up["next_action"]["url"])
    path = f"/api/v1/wallet/top-ups/{top_up['id']}/"
    wait_for(lambda: buyer.get(path)["status"] == "COMPLETED", "the top-up")
    return path


def lines_of(buyer: Api) -> list[tuple[str, str]]:
    lines = buyer.get("/api/v1/wallet/transactions/")["results"]
    return [(line["type"], line["wallet_change"]) for line in reversed(lines)]


def test_a_top_up_pays_an_order_and_a_cancellation_gives_it_back(platform: Platform) -> None:
    sale, product = platform.sale()
    sale.place(product)
    total = sale.order["total"]
    fill(sale.buyer, total)
    assert sale.buyer.available() == total

    sale.pay_from_wallet()

    assert sale.status == "PAYMENT_RECEIVED"
    payment = sale.payment()
    assert (payment["payment_method"], payment["escrow_status"]) == ("wallet", "IN_ESCROW")
    assert payment["must_settle_before"] is None
    assert sale.buyer.available() == "0.00"

    sale.cancel(sale.seller, "Out of stock after all.")

    assert sale.payment()["status"] == "REFUNDED"
    assert sale.buyer.available() == total
    assert lines_of(sale.buyer) == [
        ("DEPOSIT", total),
        ("ESCROW_HOLD", f"-{total}"),
        ("REFUND", total),
    ]


def test_a_sale_paid_from_the_wallet_ends_in_the_sellers(platform: Platform) -> None:
    sale, product = platform.sale()
    sale.place(product)
    fill(sale.buyer, sale.order["total"])
    sale.pay_from_wallet()
    sale.accept()
    sale.ship()
    sale.report_delivered()

    sale.confirm()

    assert float(sale.seller.available()) > 0
    assert sale.payment()["escrow_status"] == "RELEASED"


def test_too_little_money_is_said_and_the_order_still_waits(platform: Platform) -> None:
    sale, product = platform.sale()
    sale.place(product)
    fill(sale.buyer, "1.00")

    with pytest.raises(Refused) as refusal:
        sale.pay_from_wallet()

    assert (refusal.value.problem["status"], refusal.value.code) == (422, "insufficient_balance")
    assert sale.refresh()["status"] == "PENDING_PAYMENT"
    assert sale.buyer.available() == "1.00"


def test_a_declined_top_up_leaves_the_wallet_empty(platform: Platform) -> None:
    buyer = platform.person("BUYER")
    top_up = buyer.top_up("20.00")
    buyer.pay_on_hosted_page(top_up["next_action"]["url"], outcome="decline")

    path = f"/api/v1/wallet/top-ups/{top_up['id']}/"
    wait_for(lambda: buyer.get(path)["status"] == "FAILED", "the decline")
    assert buyer.available() == "0.00"


def test_a_withdrawal_is_approved_with_the_code_of_an_app(platform: Platform) -> None:
    """From adding the app to the money that left, with nothing but what a client has."""
    person = platform.person("SELLER")
    fill(person, "30.00")
    account = person.post_approved(
        "/api/v1/wallet/bank-accounts/",
        "bank_account",
        {"account_holder": "Holder", "account_number": "12345678", "currency": "EUR"},
    )
    # What a new account waits is another test's.
    platform.inside(
        "from marketplace.payments.models import BankAccount; from django.utils import timezone; "
        f"BankAccount.objects.filter(pk={account['id']!r}).update(usable_from_at=timezone.now())"
    )
    factors = "/api/v1/auth/factors/totp/"
    app = person.post(factors, step_up=person.approve("factor_change", {"action": "add_totp"}))
    code = {"enrolment_id": app["id"], "code": code_for(app["secret"])}
    person.post(f"{factors}confirm/", code)

    asked = {"amount": "12.00", "currency": "EUR", "bank_account_id": account["id"]}
    begin = {"purpose": "withdrawal", "details": asked}
    step_up = person.post("/api/v1/auth/step-ups/", begin)
    assert step_up["factors"] == ["totp", "recovery_code"]
    # The code that added the app is used up: the app's next one.
    answer = {"factor": "totp", "code": code_for(app["secret"], steps=1)}
    person.post(f"/api/v1/auth/step-ups/{step_up['id']}/confirm/", answer)

    path = "/api/v1/wallet/withdrawals/"
    with pytest.raises(Refused) as refusal:
        person.post(path, {**asked, "amount": "12.01"}, step_up=step_up["id"])
    assert refusal.value.code == "step_up_refused"
    person.post(path, asked, step_up=step_up["id"])
    assert person.available() == "18.00"
    wait_for(
        lambda: [row["status"] for row in person.get(path)["results"]] == ["PAID"],
        "the withdrawal",
    )
