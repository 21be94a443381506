"""The payment page: what it shows, where it leads, what it refuses."""

import httpx
import pytest

from sandbox.tests.conftest import Sandbox


def test_the_page_shows_amount_merchant_and_both_buttons(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.payment(ref + "a", 129900, description="Desk <b>oak</b>")
    page = httpx.get(payment["checkout_url"])
    assert page.status_code == 200
    assert "€1,299.00" in page.text
    assert "Fairhold" in page.text
    assert "no real money" in page.text
    assert 'name="outcome" value="pay"' in page.text
    assert 'name="outcome" value="decline"' in page.text
    assert "Desk &lt;b&gt;oak&lt;/b&gt;" in page.text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(1800, "JPY", "¥1,800"), (1250, "KWD", "KWD\u00a01.250"), (5, "USD", "$0.05")],
)
def test_amounts_have_the_places_of_their_currency(
    sandbox: Sandbox, ref: str, amount: int, currency: str, text: str
) -> None:
    payment = sandbox.payment(ref + "a", amount, currency=currency)
    assert text in httpx.get(payment["checkout_url"]).text


def test_the_policy_allows_nothing_but_our_style_and_the_way_back(
    sandbox: Sandbox, ref: str
) -> None:
    payment = sandbox.payment(ref + "a", return_url="https://shop.test:8443/back")
    page = httpx.get(payment["checkout_url"])
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self' https://shop.test:8443;" in policy
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_it_leads_back_with_the_outcome_and_keeps_what_the_shop_added(
    sandbox: Sandbox, ref: str
) -> None:
    payment = sandbox.payment(ref + "a", return_url="https://shop.test/back?order=7&status=x#top")
    press = sandbox.press(payment["id"])
    assert press.status_code == 303
    url = httpx.URL(press.headers["Location"])
    assert (url.host, url.path, url.fragment) == ("shop.test", "/back", "top")
    assert dict(url.params) == {
        "order": "7",
        "payment_id": payment["id"],
        "reference": ref + "a",
        "status": "succeeded",
    }


def test_without_a_way_back_the_page_itself_tells(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.payment(ref + "a")
    press = sandbox.press(payment["id"])
    assert press.headers["Location"] == f"/pay/{payment['id']}"
    assert "<h2>Paid</h2>" in httpx.get(payment["checkout_url"]).text


def test_a_later_press_cannot_change_the_outcome(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.payment(ref + "a", return_url="https://shop.test/")
    sandbox.press(payment["id"], "decline")
    again = sandbox.press(payment["id"], "pay")
    assert "status=declined" in again.headers["Location"]
    assert "Declined" in httpx.get(payment["checkout_url"]).text


def test_a_form_from_another_site_is_refused(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.payment(ref + "a")
    answer = httpx.post(
        payment["checkout_url"], data={"outcome": "pay"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert sandbox.get(f"/v1/payments/{payment['id']}").json()["status"] == "requires_payment"


@pytest.mark.parametrize("data", [{}, {"outcome": "steal"}, {"outcome": ""}])
def test_an_unknown_outcome_is_refused(sandbox: Sandbox, ref: str, data: dict[str, str]) -> None:
    payment = sandbox.payment(ref + "a")
    assert httpx.post(payment["checkout_url"], data=data).status_code == 400
    assert sandbox.get(f"/v1/payments/{payment['id']}").json()["status"] == "requires_payment"


def test_an_unknown_payment_gets_a_page_too(sandbox: Sandbox) -> None:
    answer = httpx.get(f"{sandbox.url}/pay/pay_nobody")
    assert answer.status_code == 404
    assert "No such payment" in answer.text


def test_the_developers_page_shows_what_happened(sandbox: Sandbox, ref: str) -> None:
    sandbox.payment(ref + "shown")
    page = httpx.get(f"{sandbox.url}/")
    assert page.status_code == 200
    assert ref + "shown" in page.text


def test_an_unknown_host_name_is_refused(sandbox: Sandbox) -> None:
    assert httpx.get(f"{sandbox.url}/", headers={"Host": "evil.test"}).status_code == 400


def test_a_card_that_was_named_is_kept_with_what_it_paid(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.payment(ref + "a")
    address = f"{sandbox.url}/pay/{payment['id']}"
    too_long = httpx.post(address, data={"outcome": "pay", "card": "x" * 41})
    assert too_long.status_code == 400

    httpx.post(address, data={"outcome": "pay", "card": "blue"})

    assert sandbox.get(f"/v1/payments/{payment['id']}").json()["instrument"] == "blue"
