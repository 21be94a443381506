"""Strangers trade over HTTP: what goes right, what goes wrong, and that the books agree."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from demo.api import Refused, wait_for
from tests.running import Platform

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(240)]


def test_the_story_of_a_whole_and_a_cancelled_sale_agrees_to_the_cent(platform: Platform) -> None:
    told = platform.run("-m", "demo", "tell")

    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
    assert "Every one agrees" in told.stdout


def test_a_declined_payment_can_be_tried_again(platform: Platform) -> None:
    sale, product = platform.sale()
    sale.place(product)
    declined = sale.start_payment()
    sale.buyer.pay_on_hosted_page(declined, outcome="decline")
    wait_for(lambda: sale.start_payment() != declined, "a new payment page")

    sale.pay()

    assert sale.status == "PAYMENT_RECEIVED"
    assert sale.payment()["escrow_status"] == "IN_ESCROW"


def test_an_unpaid_order_is_cancelled_and_its_stock_comes_back(platform: Platform) -> None:
    sale, product = platform.sale()
    sale.place(product)

    sale.cancel(sale.buyer, "Changed my mind.")

    assert sale.status == "CANCELLED"
    own = sale.seller.get(f"/api/v1/products/{product['id']}/")
    assert own["inventory_count"] == 1


def test_a_payment_after_the_cancellation_is_refunded_and_never_lost(platform: Platform) -> None:
    sale, product = platform.sale()
    sale.place(product)
    page = sale.start_payment()
    sale.cancel(sale.buyer, "Changed my mind.")

    sale.buyer.pay_on_hosted_page(page)

    wait_for(lambda: sale.payment()["status"] == "REFUNDED", "the refund of a late payment")
    assert sale.refresh()["status"] == "CANCELLED"


def test_a_stranger_does_not_learn_that_an_order_exists(platform: Platform) -> None:
    sale, product = platform.sale()
    sale.place(product)
    other = platform.person("BUYER")

    for path in (sale.path, f"{sale.path}timeline/", f"/api/v1/payments/{sale.payment_id}/"):
        with pytest.raises(Refused) as refusal:
            other.get(path)
        assert refusal.value.problem["status"] == 404
    with pytest.raises(Refused) as refusal:
        other.post(f"{sale.path}confirm/")
    assert refusal.value.problem["status"] == 404
    assert sale.refresh()["status"] == "PENDING_PAYMENT"


def test_the_same_order_sent_many_times_at_once_is_one_order(platform: Platform) -> None:
    sale, product = platform.sale(inventory_count=50)
    basket = {
        "items": [{"product_id": product["id"], "quantity": 1}],
        "shipping_address": {
            "recipient": "Buyer of a test",
            "line1": "1 Market Street",
            "city": "Nairobi",
            "postal_code": "00100",
            "country": "KE",
        },
        "shipping_method": "standard",
    }

    def place(_: int) -> str:
        try:
            placed = sale.buyer.post("/api/v1/orders/", basket, key="one-basket")
        except Refused as refused:
            if refused.code != "idempotency_key_in_flight":
                raise
            return ""
        return str(placed["checkout_id"])

    with ThreadPoolExecutor(16) as pool:
        checkouts = set(pool.map(place, range(64))) - {""}

    assert len(checkouts) == 1
    own = sale.seller.get(f"/api/v1/products/{product['id']}/")
    assert own["inventory_count"] == 49


def test_a_suspended_seller_is_refused_from_the_next_request_on(platform: Platform) -> None:
    seller = platform.person("SELLER")
    platform.product(seller)
    suspend = (
        "from marketplace.users.models import User;"
        "from marketplace.users.services import suspend_user;"
        "from marketplace.core.actor import Actor;"
        f"user = User.objects.get(email='{seller.email}');"
        "suspend_user(user_id=user.pk, reason='Test', actor=Actor.system('test'))"
    )
    ran = platform.run("manage.py", "shell", "-c", suspend)
    assert ran.returncode == 0, ran.stderr[-2000:]

    with pytest.raises(Refused) as refusal:
        seller.get("/api/v1/users/me/")

    assert refusal.value.problem["status"] in {401, 403}


def test_the_platform_is_ready_and_says_what_it_looked_at(platform: Platform) -> None:
    ready = platform.stranger().get("/health/ready")

    assert ready["status"] == "ok"
