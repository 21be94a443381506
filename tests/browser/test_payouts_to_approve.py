"""Two operators approve a large payout, each in a browser."""

from collections.abc import Iterator

import pytest

from demo.api import Api, wait_for
from demo.people import PASSWORD
from tests.browser.visitor import Visitor
from tests.running import Platform

pytestmark = [
    pytest.mark.xdist_group("e2e"),
    pytest.mark.needs("chromium"),
    pytest.mark.timeout(300),
]
LIST = "/admin/payments/payout/?awaits_approval__exact=1"
WITHDRAWALS = "/api/v1/wallet/withdrawals/"


@pytest.fixture
def threshold(platform: Platform) -> Iterator[None]:
    """More than 700.00 EUR needs two operators."""
    policies = "from marketplace.payments.models import PayoutPolicy as P; P.objects"
    platform.inside(
        f"{policies}.update_or_create(currency='EUR', verification_level=None, "
        "defaults={'approval_above_minor': 70_000})"
    )
    yield
    platform.inside(f"{policies}.filter(currency='EUR', verification_level=None).delete()")


@pytest.fixture
def seller(platform: Platform, threshold: None) -> Api:
    """Asks for more than that."""
    sale, product = platform.sale(price="800.00")
    sale.run_to_release(product)
    account = sale.seller.post_approved(
        "/api/v1/wallet/bank-accounts/",
        "bank_account",
        {
            "account_holder": "Seller of a test",
            "iban": "DE89370400440532013000",
            "currency": "EUR",
        },
    )
    body = {"amount": "720.00", "currency": "EUR", "bank_account_id": account["id"]}
    answer = sale.seller.post_approved(WITHDRAWALS, "withdrawal", body)
    assert answer["awaits_approval"]
    return sale.seller


def sign_in(visitor: Visitor, email: str) -> None:
    visitor.driver.delete_all_cookies()
    visitor.visit("/admin/")
    visitor.type("[name=username]", email)
    visitor.type("[name=password]", PASSWORD)
    visitor.click("button[type=submit]")
    visitor.wait_to_see("What waits for you")


def test_a_payout_is_sent_when_two_operators_approved_it(
    platform: Platform, visitor: Visitor, seller: Api
) -> None:
    sign_in(visitor, platform.demo_account("operator", "ADMIN"))
    assert visitor.sees("Payouts to approve")
    for name in ("operator", "second-operator"):
        sign_in(visitor, platform.demo_account(name, "ADMIN"))
        visitor.visit(LIST)
        visitor.wait_to_see("720.00 EUR")
        visitor.click("#result_list tbody a")
        visitor.wait_to_see("Waits for approval")
        assert visitor.sees("LAST CHANGE OF BANK DETAILS") or visitor.sees(
            "Last change of bank details"
        )
        visitor.click("a", "Approve")
        visitor.wait_to_see("Two different operators approve it")
        visitor.type("[name=reason]", "Called the seller.")
        visitor.click("button[type=submit]", "Approve the payout")
        visitor.wait_to_see("Approve the payout: done.")

    wait_for(lambda: seller.get(WITHDRAWALS)["results"][0]["status"] == "PAID", "the payout")
    visitor.visit(LIST)
    assert not visitor.sees("720.00 EUR")


def test_it_fits_a_phone_and_a_rejection_says_why(
    platform: Platform, visitor: Visitor, seller: Api
) -> None:
    sign_in(visitor, platform.demo_account("operator", "ADMIN"))
    visitor.hold_a_phone()
    visitor.visit(LIST)
    visitor.wait_to_see("720.00 EUR")
    assert not visitor.is_scrolled_sideways()
    visitor.click("#result_list tbody a")
    visitor.wait_to_see("Waits for approval")
    assert not visitor.is_scrolled_sideways()
    reject = visitor.driver.current_url.replace("/change/", "/reject/")
    visitor.visit(reject)
    visitor.type("[name=reason]", "The account is not theirs.")
    assert not visitor.is_scrolled_sideways()
    visitor.click("button[type=submit]", "Reject the payout")
    visitor.wait_to_see("Reject the payout: done.")

    answer = seller.get(WITHDRAWALS)["results"][0]
    assert (answer["status"], answer["failure_code"]) == ("FAILED", "rejected")
