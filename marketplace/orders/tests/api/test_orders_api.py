import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from marketplace.core.events.testing import deliver_all
from marketplace.core.models import AuditEntry
from marketplace.orders.models import Order, OrderStatus
from marketplace.orders.tests.factories import ADDRESS, Deal, everything
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.tests.factories import make_product
from marketplace.users.models import User
from marketplace.users.tests.factories import authorized_client, make_buyer, make_seller

pytestmark = pytest.mark.django_db
ORDERS = "/api/v1/orders/"


def post(user: User, path: str, body: dict[str, Any] | None = None, **headers: Any) -> Any:
    headers = {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4()), **headers}
    return authorized_client(user).post(path, body or {}, format="json", **headers)


def basket(product: Any, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "items": [{"product_id": str(product.pk), "quantity": quantity}],
        "shipping_address": ADDRESS,
        "shipping_method": "standard",
        **changes,
    }


def path_of(deal: Deal, action: str = "") -> str:
    return f"{ORDERS}{deal.id}/{action}"


def test_a_whole_sale_over_http(provider: FakeProvider) -> None:
    buyer, product = make_buyer(), make_product(seller=make_seller())

    placed = post(buyer, ORDERS, basket(product, 2))
    assert placed.status_code == 201, placed.content
    (order,) = placed.json()["orders"]
    assert (order["total"], order["currency"]) == ("54.90", "EUR")
    assert order["items"][0]["unit_price"] == "25.00"
    assert set(order["available_actions"]) == {"pay", "cancel"}
    path = f"{ORDERS}{order['id']}/"

    pay = {"payment_method": "card", "return_url": "https://shop.example/back"}
    started = post(buyer, f"{path}pay/", pay)
    assert started.status_code == 200, started.content
    assert started.json()["next_action"]["url"].startswith("http")

    from marketplace.payments.models import PaymentAttempt
    from marketplace.payments.tests.factories import report_capture

    report_capture(provider, PaymentAttempt.objects.get().id)
    deliver_all()

    seller = product.seller
    assert post(seller, f"{path}accept/").json()["status"] == "PROCESSING"
    shipped = post(seller, f"{path}ship/", {"carrier": "sandbox", "tracking_number": "TRK12345"})
    assert shipped.json()["status"] == "SHIPPED", shipped.content
    assert post(buyer, f"{path}deliver/").json()["status"] == "DELIVERED"
    done = post(buyer, f"{path}confirm/")
    assert done.status_code == 200
    assert done.json()["status"] == "COMPLETED"
    assert done.json()["available_actions"] == []
    timeline = authorized_client(seller).get(f"{path}timeline/").json()["results"]
    assert [line["command"] for line in timeline] == [
        "place_order",
        "receive_payment",
        "accept_order",
        "ship_order",
        "record_delivery",
        "confirm_receipt",
    ]


@pytest.mark.parametrize(
    ("status", "action", "member"),
    [
        (OrderStatus.SHIPPED, "deliver/", "note"),
        (OrderStatus.PAYMENT_RECEIVED, "cancel/", "reason"),
    ],
)
def test_an_operator_says_why(
    status: OrderStatus, action: str, member: str, provider: FakeProvider
) -> None:
    deal = Deal(provider).drive_to(status)
    before = everything()
    for body in ({}, {member: " "}):
        refused = post(deal.operator, path_of(deal, action), body)
        assert refused.status_code == 400
        assert [fault["field"] for fault in refused.json()["errors"]] == [member]
    assert everything() == before

    assert post(deal.operator, path_of(deal, action), {member: "Signed for."}).status_code == 200
    assert AuditEntry.objects.get(subject_id=deal.id).reason == "Signed for."


def test_the_seller_learns_the_address_when_the_order_is_paid(provider: FakeProvider) -> None:
    deal = Deal(provider)
    seen = authorized_client(deal.seller).get(path_of(deal)).json()
    assert seen["shipping_address"] is None
    deal.pay()
    seen = authorized_client(deal.seller).get(path_of(deal)).json()
    assert seen["shipping_address"]["city"] == "Nairobi"


@pytest.mark.parametrize(
    "body",
    [
        {"items": []},
        {"items": [{"product_id": "x", "quantity": 1}]},
        {"items": [{"product_id": str(uuid.uuid4()), "quantity": 0}]},
        {"items": [{"product_id": str(uuid.uuid4()), "quantity": "1.5"}]},
        {"shipping_address": {}},
        {"shipping_address": "here"},
        {"shipping_address": {**ADDRESS, "country": "Kenya"}},
        {"shipping_method": ""},
        {"notes": "x" * 2001},
    ],
)
def test_wrong_input_is_named_and_changes_nothing(body: dict[str, Any]) -> None:
    buyer, product = make_buyer(), make_product()
    before = everything()
    answer = post(buyer, ORDERS, basket(product, **body))
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"]
    assert everything() == before


def test_out_of_stock_is_a_conflict_that_names_the_product() -> None:
    product = make_product(inventory_count=1)
    answer = post(make_buyer(), ORDERS, basket(product, 2))
    assert (answer.status_code, answer.json()["code"]) == (409, "out_of_stock")
    assert answer.json()["products"][0]["available"] == 1


def test_the_same_key_places_one_order() -> None:
    buyer, product = make_buyer(), make_product()
    first = post(buyer, ORDERS, basket(product), HTTP_IDEMPOTENCY_KEY="one")
    second = post(buyer, ORDERS, basket(product), HTTP_IDEMPOTENCY_KEY="one")
    other = post(buyer, ORDERS, basket(product, 2), HTTP_IDEMPOTENCY_KEY="one")
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert other.status_code == 422
    assert Order.objects.count() == 1


@pytest.mark.parametrize("action", ["pay", "confirm", "cancel", "refund", ""])
def test_what_moves_money_needs_a_key(action: str, provider: FakeProvider) -> None:
    deal = Deal(provider)
    path = path_of(deal, f"{action}/") if action else ORDERS
    answer = authorized_client(deal.buyer).post(path, {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


ACTIONS: dict[str, dict[str, Any]] = {
    "pay": {"payment_method": "card", "return_url": "https://shop.example/"},
    "accept": {},
    "ship": {"carrier": "sandbox", "tracking_number": "TRK12345"},
    "deliver": {"note": "The carrier has a signature."},
    "confirm": {},
    "cancel": {"reason": "No"},
    "refund": {"amount": "1.00", "currency": "EUR", "reason": "Scratched"},
    "request-cancellation": {},
    "decline-cancellation": {},
    "extend-ship-by": {"business_days": 1},
}


@pytest.mark.parametrize("action", ACTIONS)
def test_a_stranger_cannot_tell_that_the_order_exists(action: str, provider: FakeProvider) -> None:
    deal, stranger = Deal(provider), make_seller()
    before = everything()
    known = post(stranger, path_of(deal, f"{action}/"), ACTIONS[action])
    unknown = post(stranger, f"{ORDERS}{uuid.uuid4()}/{action}/", ACTIONS[action])
    assert (known.status_code, unknown.status_code) == (404, 404)
    assert known.json()["detail"] == unknown.json()["detail"]
    assert everything() == before
    nobody = APIClient().post(path_of(deal, f"{action}/"), ACTIONS[action], format="json")
    assert nobody.status_code == 401


@pytest.mark.parametrize("path", ["", "timeline/"])
def test_a_stranger_reads_nothing(path: str, provider: FakeProvider) -> None:
    deal = Deal(provider)
    assert authorized_client(make_buyer()).get(path_of(deal, path)).status_code == 404
    assert APIClient().get(path_of(deal, path)).status_code == 401
    assert authorized_client(deal.operator).get(path_of(deal, path)).status_code == 200


def test_the_wrong_party_is_told_whose_part_it_is(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.DELIVERED)
    answer = post(deal.seller, path_of(deal, "confirm/"))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_part")
    assert "buyer" in answer.json()["detail"]


def test_the_wrong_moment_is_a_conflict_that_says_what_to_do(provider: FakeProvider) -> None:
    deal = Deal(provider)
    answer = post(deal.buyer, path_of(deal, "confirm/"))
    assert (answer.status_code, answer.json()["code"]) == (409, "order_not_confirmable")
    assert answer.json()["status"] == 409
    assert answer.json()["order_status"] == "PENDING_PAYMENT"


def test_versions_travel_as_etags(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.PAYMENT_RECEIVED)
    read = authorized_client(deal.seller).get(path_of(deal))
    assert read["ETag"] == f'"{read.json()["version"]}"'
    before = everything()
    for header, status in (('"1"', 412), ('"999999999999999"', 412), ("2", 400), ('W/"2"', 400)):
        answer = post(deal.seller, path_of(deal, "accept/"), HTTP_IF_MATCH=header)
        assert answer.status_code == status, header
    assert everything() == before
    done = post(deal.seller, path_of(deal, "accept/"), HTTP_IF_MATCH=read["ETag"])
    assert (done.status_code, done["ETag"]) == (200, '"3"')


def test_any_version_will_do_with_a_star(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.PAYMENT_RECEIVED)
    assert post(deal.seller, path_of(deal, "accept/"), HTTP_IF_MATCH="*").status_code == 200
