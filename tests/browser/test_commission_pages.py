"""An operator makes a commission rule, sees it tie, asks which one applies, and ends it."""

import pytest

from demo.people import PASSWORD
from tests.browser.visitor import Visitor
from tests.running import Platform

pytestmark = [
    pytest.mark.xdist_group("e2e"),
    pytest.mark.needs("chromium"),
    pytest.mark.timeout(300),
]
RULES = "/admin/payments/commissionrule/"


@pytest.fixture
def operator(platform: Platform, visitor: Visitor) -> Visitor:
    email = platform.demo_account("operator", "ADMIN")
    visitor.visit("/admin/")
    visitor.type("[name=username]", email)
    visitor.type("[name=password]", PASSWORD)
    visitor.click("button[type=submit]")
    visitor.wait_to_see("What waits for you")
    return visitor


def fill_in(operator: Visitor, name: str) -> None:
    operator.visit(f"{RULES}add/")
    operator.type("[name=name]", name)
    operator.choose("[name=seller_level]", "T3")
    operator.type("[name=currency]", "EUR")
    operator.type("[name=amount_from]", "100.00")
    operator.type("[name=rate]", "7.5")
    operator.type("[name=fixed]", "0.30")
    operator.type("[name=tax]", "19")
    operator.type("[name=tax_jurisdiction]", "DE")
    operator.type("[name=buyer_share]", "50")
    operator.type("[name=reason]", "Agreed with the board")


def test_a_rule_is_made_ties_is_explained_and_ended(operator: Visitor) -> None:
    fill_in(operator, "Large orders of businesses")
    operator.click("button[type=submit]", "Save this rule")
    operator.wait_to_see("“Large orders of businesses” was made.")
    operator.wait_to_see("7.5 % + 0.30 EUR")

    fill_in(operator, "The same again")
    operator.click("button[type=submit]", "Save this rule")
    operator.wait_to_see("both could win for one sale")

    operator.visit(f"{RULES}explain/")
    operator.type("[name=price]", "120.00")
    operator.choose("[name=seller_level]", "T3")
    operator.click("button[type=submit]", "Explain")
    operator.wait_to_see("It applies because of: sellers of level T3, orders from 100.00 EUR")
    assert operator.sees("7.5 % of 120.00 EUR")
    operator.hold_a_phone()
    assert not operator.is_scrolled_sideways()
    operator.visit(f"{RULES}add/")
    assert not operator.is_scrolled_sideways()
    operator.visit(f"{RULES}report/")
    assert not operator.is_scrolled_sideways()

    operator.visit(f"{RULES}?q=Large orders of businesses")
    operator.click("#result_list tbody a")
    operator.wait_to_see("Agreed with the board")
    operator.visit(operator.driver.current_url.replace("/change/", "/end/"))
    operator.wait_to_see("A rule ends once")
    operator.type("[name=reason]", "Too dear for them")
    operator.click("button[type=submit]", "End this rule")
    operator.wait_to_see("was ended.")


def test_a_settlement_is_entered(operator: Visitor) -> None:
    operator.visit("/admin/payments/ledgerjournal/settlement/")
    operator.type("[name=settlement_id]", "set_of_a_browser")
    operator.type("[name=paid]", "0")
    operator.type("[name=currency]", "EUR")
    # The browser's own picker: typed in its order, it would depend on the language.
    script = "document.querySelector('[name=occurred_at]').value = '2026-01-02T10:00'"
    operator.driver.execute_script(script)
    operator.type("[name=reason]", "Statement of January")
    operator.click("button[type=submit]", "Book it")
    operator.wait_to_see("A settlement is of more than zero.")
    operator.hold_a_phone()
    assert not operator.is_scrolled_sideways()
