"""What waits for somebody: counts, turns and money."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from marketplace.core.events.testing import deliver_all
from marketplace.core.ids import new_id
from marketplace.orders.queries.get_dashboard import _COUNTS, COUNTED_TO
from marketplace.orders.tests.factories import Deal
from marketplace.orders.transitions import OrderStatus
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.tests.factories import make_product
from marketplace.users.tests.factories import authorized_client, make_buyer, make_seller

pytestmark = pytest.mark.django_db
DASHBOARD = "/api/v1/orders/dashboard/"


def seen_by(person: Any) -> Any:
    answer = authorized_client(person).get(DASHBOARD)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_both_parties_see_whose_turn_it_is_and_the_money(provider: FakeProvider) -> None:
    buyer, lamp = make_buyer(), make_product(seller=make_seller(), inventory_count=9)
    for status in ("PENDING_PAYMENT", "PAYMENT_RECEIVED", "PROCESSING", "DELIVERED"):
        Deal(provider, product=lamp, buyer=buyer).drive_to(status)
    asked = Deal(provider, product=lamp, buyer=buyer).drive_to("PAYMENT_RECEIVED")
    asked.ask_to_cancel()
    deliver_all()

    bought, sold = seen_by(buyer), seen_by(lamp.seller)

    assert bought["selling"] is None
    assert bought["buying"]["counts"]["PAYMENT_RECEIVED"] == 2
    assert bought["buying"]["needs_action"] == [
        {"action": "pay", "count": 1},
        {"action": "confirm", "count": 1},
    ]
    # Four of 25.00 and 4.90 are paid and wait.
    assert bought["buying"]["in_escrow"] == [{"amount": "119.60", "currency": "EUR"}]
    assert sold["selling"]["needs_action"] == [
        {"action": "accept", "count": 2},
        {"action": "ship", "count": 1},
        {"action": "answer_request", "count": 1},
    ]
    assert sold["buying"]["needs_action"] == []
    assert [row["currency"] for row in sold["selling"]["in_escrow"]] == ["EUR"]
    assert sold["selling"]["available"] == [{"amount": "0.00", "currency": "EUR"}]


def test_somebody_new_sees_nothing_and_a_stranger_is_asked_to_sign_in() -> None:
    seen = seen_by(make_seller())
    assert set(seen["buying"]["counts"]) == set(OrderStatus.values)
    assert set(seen["selling"]["counts"].values()) == {0}
    assert APIClient().get(DASHBOARD).status_code == 401


def test_the_number_of_queries_does_not_grow(provider: FakeProvider) -> None:
    seller = make_seller()
    client = authorized_client(seller)
    lamp = make_product(seller=seller, inventory_count=9)
    taken = []
    for _ in range(2):
        Deal(provider, product=lamp).drive_to("PAYMENT_RECEIVED")
        deliver_all()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(DASHBOARD)
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 12


ROWS = 30_000


def fill_history(seller_id: UUID) -> None:
    """One seller's orders, most of them completed, among as many of others."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders_order_history_entry (order_id, checkout_id, buyer_id, seller_id,
                status, title, image_url, item_count, total_minor, currency, tracking_number,
                has_open_request, is_frozen, version, created_at, updated_at)
            SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
                   CASE n %% 2 WHEN 0 THEN %s::uuid ELSE gen_random_uuid() END,
                   (ARRAY['SHIPPED', 'CANCELLED', 'REFUNDED'] || array_fill('COMPLETED'::text,
                    ARRAY[7]))[1 + (n / 2) %% 10], 'A lamp', '', 1, 100, 'EUR', '', false, false, 1,
                   now() - n * interval '1 minute', now()
              FROM generate_series(1, %s::int) n
            """,
            [seller_id, ROWS],
        )
        cursor.execute("ANALYZE orders_order_history_entry")


def test_a_long_history_is_counted_to_a_bound_from_an_index() -> None:
    seller = make_seller()
    fill_history(seller.pk)
    assert seen_by(seller)["selling"]["counts"]["COMPLETED"] == COUNTED_TO

    values: dict[str, Any] = {
        "user_id": seller.pk,
        "most": COUNTED_TO,
        "statuses": list(OrderStatus.values),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + _COUNTS.format(party="seller_id"), values
        )
        (plan,) = cursor.fetchone()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    text = json.dumps(plan)
    assert "Seq Scan" not in text
    assert "orders_history_seller_status" in text
    # However many orders there are, no more than the bound of each status is read.
    assert max(rows_of(plan[0]["Plan"])) <= COUNTED_TO


def rows_of(node: dict[str, Any]) -> list[float]:
    return [node["Actual Rows"], *(r for child in node.get("Plans", []) for r in rows_of(child))]


def test_nobody_counts_the_orders_of_others(provider: FakeProvider) -> None:
    Deal(provider).drive_to("PAYMENT_RECEIVED")
    deliver_all()
    stranger = seen_by(make_seller(first_name=f"Nobody{new_id()}"[:20]))
    assert set(stranger["selling"]["counts"].values()) == {0}
    assert stranger["buying"]["in_escrow"] == []
