"""An operator reconciles in a real browser: what the provider has and our books have not."""

from uuid import uuid4

import pytest

from demo.people import PASSWORD
from tests.browser.visitor import Visitor
from tests.running import Platform

pytestmark = [
    pytest.mark.xdist_group("e2e"),
    pytest.mark.needs("chromium"),
    pytest.mark.timeout(300),
]
OVERVIEW = "/admin/payments/providerreport/"
ITEMS = "/admin/payments/reconciliationitem/"
FREEZES = "/admin/payments/payoutfreeze/"


@pytest.fixture
def operator(platform: Platform, visitor: Visitor) -> Visitor:
    email = platform.demo_account("operator", "ADMIN")
    visitor.visit("/admin/")
    visitor.type("[name=username]", email)
    visitor.type("[name=password]", PASSWORD)
    visitor.click("button[type=submit]")
    visitor.wait_to_see("What waits for you")
    return visitor


def read_reports(operator: Visitor) -> None:
    operator.visit(OVERVIEW)
    operator.click("button", "Read reports now")
    operator.wait_to_see("were read and compared")


def test_the_overview_shows_both_sides_and_fits_a_phone(
    platform: Platform, operator: Visitor
) -> None:
    sale, product = platform.sale()
    sale.place(product)
    sale.pay()
    read_reports(operator)
    assert operator.sees("sandbox")
    assert operator.sees("Theirs")
    assert operator.sees("report read up to")
    operator.hold_a_phone()
    operator.visit(OVERVIEW)
    assert not operator.is_scrolled_sideways()


def test_a_file_with_stray_lines_becomes_items_and_is_written_off(
    platform: Platform, operator: Visitor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """From the file to the closed items, with what a person sees on the way.

    The two lines cancel each other out, so that the books of this platform, which other tests
    read too, end where they were.
    """
    name = f"adj_{uuid4().hex[:12]}"
    file = tmp_path_factory.mktemp("report") / "november.csv"
    header = "line_id,kind,object_id,reference,amount,currency,occurred_at"
    lines = [
        f"{name}{sign},OTHER,{name}{sign},,{sign}1.2x,EUR,2026-11-20T10:00:00+00:00"
        for sign in ("-", "")
    ]
    file.write_text("\n".join((header, *lines, "")))
    operator.visit(f"{OVERVIEW}import")
    operator.find("[name=provider]")
    operator.driver.find_element("css selector", "input[type=file]").send_keys(str(file))
    operator.click("button[type=submit]", "Import")
    operator.wait_to_see("Line 2: amount is")

    file.write_text(file.read_text().replace("1.2x", "1.20"))
    operator.driver.find_element("css selector", "input[type=file]").send_keys(str(file))
    operator.click("button[type=submit]", "Import")
    operator.wait_to_see("2 new lines")
    for sign in ("-", ""):
        write_off(operator, f"{name}{sign}", f"{sign}1.20 EUR")


def write_off(operator: Visitor, name: str, amount: str) -> None:
    operator.visit(f"{ITEMS}?q={name}")
    operator.click("#result_list tbody a")
    operator.wait_to_see("theirs less ours")
    assert operator.sees(amount)
    operator.hold_a_phone()
    assert not operator.is_scrolled_sideways()
    item = operator.driver.current_url.split("/")[-3]
    operator.visit(f"{ITEMS}{item}/write-off")
    operator.wait_to_see("the expense of differences")
    assert not operator.is_scrolled_sideways()
    operator.type("[name=reason]", "Their rounding.")
    operator.click("button[type=submit]", "Write off")
    operator.wait_to_see("Done. The item is closed.")
    operator.visit(f"{ITEMS}?q={name}&state=closed")
    assert operator.all("#result_list tbody a")


def test_payouts_are_frozen_and_lifted_with_a_reason(platform: Platform, operator: Visitor) -> None:
    operator.visit(f"{FREEZES}freeze")
    operator.type("[name=reason]", "Their status page says so.")
    operator.click("button[type=submit]", "Freeze payouts")
    operator.wait_to_see("Payouts are frozen.")
    operator.visit("/admin/")
    operator.wait_to_see("Payouts are frozen since")
    operator.visit(OVERVIEW)
    operator.click("a", "Look at the freeze and lift it")
    operator.wait_to_see("Their status page says so.")
    operator.click("a", "Lift the freeze")
    operator.wait_to_see("at this moment")
    operator.hold_a_phone()
    assert not operator.is_scrolled_sideways()
    operator.type("[name=reason]", "It is over.")
    operator.click("button[type=submit]", "Lift the freeze")
    operator.wait_to_see("Payouts go out again.")
    operator.visit("/admin/")
    assert not operator.sees("Payouts are frozen since")


def test_the_books_are_walked_from_account_to_order(platform: Platform, operator: Visitor) -> None:
    sale, product = platform.sale()
    sale.place(product)
    sale.pay()
    operator.visit(f"/admin/payments/ledgeraccount/?q=order:{sale.order['id']}")
    operator.click("#result_list tbody a", "Entries")
    operator.wait_to_see("credit balance")
    operator.click("#statement a")
    operator.wait_to_see("Debit")
    operator.click("a", "Order …")
    operator.wait(lambda: f"/orders/order/{sale.order['id']}/" in operator.driver.current_url)
    for page in ("/admin/payments/ledgeraccount/", "/admin/payments/ledgerjournal/"):
        operator.visit(page)
        operator.hold_a_phone()
        assert not operator.is_scrolled_sideways()
