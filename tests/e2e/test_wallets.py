"""A wallet is filled and pays, over HTTP; and the audit finds the books in order."""

import pytest

from demo.api import Api, Refused, wait_for
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
