"""The pages in a real browser, as a person meets them."""

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
PAGES = ("/", "/docs/problems/", "/api/v1/docs/", "/api/v1/redoc/", "/dev/outbox/", "/admin/")
LISTS = (
    "orders/order",
    "payments/payment",
    "payments/ledgerjournal",
    "payments/ledgerentry",
    "users/user",
    "products/product",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_complaint_and_fits_a_phone(visitor: Visitor, page: str) -> None:
    visitor.visit(page)
    visitor.find("h1, h2, .api-content")
    visitor.hold_a_phone()

    assert not visitor.is_scrolled_sideways()


def test_the_landing_page_leads_to_the_documentation(visitor: Visitor) -> None:
    visitor.visit("/")
    visitor.click(".hero .button", "Try the API")

    visitor.wait_to_see("Not signed in")
    visitor.find("#operations-tag-orders")


def test_the_documentation_signs_in_and_calls(platform: Platform, visitor: Visitor) -> None:
    email = platform.demo_account("buyer", "BUYER")
    visitor.visit("/api/v1/docs/")
    visitor.find("#operations-tag-orders")

    visitor.click(".chip", "Buyer")
    visitor.wait_to_see(f"Signed in as {email}")
    visitor.click("#operations-tag-orders")
    visitor.click("#operations-orders-orders_list .opblock-summary")
    visitor.click("#operations-orders-orders_list .execute")

    status = visitor.find("#operations-orders-orders_list tr.response .response-col_status")
    assert status.text.startswith("200")


def test_a_wrong_password_is_explained(platform: Platform, visitor: Visitor) -> None:
    email = platform.demo_account("buyer", "BUYER")
    visitor.visit("/api/v1/docs/")
    visitor.type("[name=email]", email)
    visitor.type("[name=password]", "not the password of anyone")
    visitor.click("#sign-in .button")

    visitor.wait(lambda: visitor.find("#signed-in").get_attribute("class") == "bad")
    visitor.note()
    # The browser itself notes an answer of 401 in its console.
    visitor.complaints = [each for each in visitor.complaints if "status of 401" not in each]


@pytest.mark.parametrize("tries", [("Pay",), ("Decline", "Pay")])
def test_the_buyer_pays_on_the_providers_page(
    platform: Platform, visitor: Visitor, tries: tuple[str, ...]
) -> None:
    sale, product = platform.sale()
    sale.place(product)

    back = f"{platform.base_url}/?came=back"
    seen: set[str] = set()

    def fresh_page() -> str:
        # After a refusal the platform hears of it by webhook, in a moment.
        page = sale.start_payment(back)
        return "" if page in seen else page

    for outcome in tries:
        page = wait_for(fresh_page, "a page to pay on")
        seen.add(page)
        visitor.visit(page)
        assert visitor.sees("no real money moves here")
        visitor.click("button", outcome)
        visitor.wait(lambda: "came=back" in visitor.driver.current_url)

    sale.wait_until("PAYMENT_RECEIVED")
    assert sale.payment()["escrow_status"] == "IN_ESCROW"


class TestTheAdmin:
    @pytest.fixture
    def operator(self, platform: Platform, visitor: Visitor) -> Visitor:
        email = platform.demo_account("operator", "ADMIN")
        visitor.visit("/admin/")
        visitor.type("[name=username]", email)
        visitor.type("[name=password]", PASSWORD)
        visitor.click("button[type=submit]")
        visitor.wait_to_see("What waits for you")
        return visitor

    def test_the_desk_shows_what_waits_and_where_the_money_is(
        self, platform: Platform, operator: Visitor
    ) -> None:
        sale, product = platform.sale()
        sale.place(product)
        sale.pay()

        operator.visit("/admin/")

        assert operator.sees("Listings to review")
        assert operator.sees("Where the money is")
        assert operator.sees("EUR")

    def test_lists_and_their_newest_rows_open(self, platform: Platform, operator: Visitor) -> None:
        sale, product = platform.sale()
        sale.place(product)
        sale.pay()

        for page in LISTS:
            operator.visit(f"/admin/{page}/")
            operator.click("#result_list tbody a")
            operator.wait(lambda: operator.driver.current_url.endswith("/change/"))
            assert operator.sees("Close") or operator.sees("Save"), page

    def test_every_page_of_the_menu_opens(self, operator: Visitor) -> None:
        script = "return [...document.querySelectorAll('#nav-sidebar a, nav a')].map(a => a.href)"
        links = set(operator.driver.execute_script(script))
        pages = sorted(link for link in links if "/admin/" in link)
        assert len(pages) > 40
        for page in pages:
            operator.visit(page)
            operator.find("h1, h2, #content, #main")

    def test_suspending_a_person_asks_why_and_ends_their_sign_in(
        self, platform: Platform, operator: Visitor
    ) -> None:
        person = platform.person("BUYER")

        operator.visit(f"/admin/users/user/?q={person.email}")
        operator.click("#result_list tbody a")
        operator.click("a", "Suspend")
        operator.type("[name=reason]", "Sold what was not theirs.")
        operator.click("button[type=submit]", "Suspend")

        operator.wait(lambda: not self.may_use(person))

    def test_a_listing_is_approved(self, platform: Platform, operator: Visitor) -> None:
        seller = platform.person("SELLER")
        product = platform.product(seller, title="Lamp to look at first")
        platform.inside(
            "from marketplace.products.models import Product; "
            f"Product.objects.filter(pk='{product['id']}').update(status='UNDER_REVIEW')"
        )

        operator.visit("/admin/products/product/?status__exact=UNDER_REVIEW")
        operator.wait_to_see("Lamp to look at first")
        operator.click("#result_list tbody input[type=checkbox]")
        operator.choose("select[name=action]", "approve")
        operator.click("button[name=index], button[type=submit]", "Run")

        operator.type("[name=reason]", "The label is shown.")
        operator.click("button[type=submit]", "Approve listings")
        operator.wait_to_see("1 done")
        assert seller.get(f"/api/v1/products/{product['id']}/")["status"] == "ACTIVE"

    @staticmethod
    def may_use(person: Api) -> bool:
        return person.exists("/api/v1/users/me/")
