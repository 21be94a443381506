import random
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.core.db import joinable
from marketplace.core.events import testing
from marketplace.core.events.delivery import deliver
from marketplace.core.models import InboxMessage
from marketplace.orders.models import OrderHistoryEntry, OrderStatus
from marketplace.orders.repositories import HistoryRepository
from marketplace.orders.tests.factories import Deal, place
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.tests.factories import make_product
from marketplace.users.models import User
from marketplace.users.tests.factories import authorized_client, make_buyer, make_seller

pytestmark = pytest.mark.django_db
ORDERS = "/api/v1/orders/"


def listed(user: User, **query: Any) -> list[dict[str, Any]]:
    answer = authorized_client(user).get(ORDERS, query)
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def test_each_party_sees_the_order_in_its_own_list(provider: FakeProvider) -> None:
    deal = Deal(provider)
    testing.deliver_all()
    (bought,) = listed(deal.buyer)
    (sold,) = listed(deal.seller, role="seller")
    assert bought["id"] == sold["id"] == str(deal.id)
    assert (bought["total"], bought["currency"]) == ("29.90", "EUR")
    assert bought["title"] == deal.product.title
    assert bought["counterparty"]["id"] == str(deal.seller.pk)
    assert sold["counterparty"]["id"] == str(deal.buyer.pk)
    assert listed(deal.seller) == listed(deal.buyer, role="seller") == []
    assert listed(make_buyer()) == []


def test_the_list_follows_every_step(provider: FakeProvider) -> None:
    deal = Deal(provider)
    for step in (deal.pay, deal.ask_to_cancel, lambda: deal.cancel(deal.seller)):
        step()
        testing.deliver_all()
        assert HistoryRepository().differences() == []
    (row,) = listed(deal.buyer)
    assert (row["status"], row["has_open_request"]) == ("CANCELLED", False)


def test_filters_and_pages(provider: FakeProvider) -> None:
    buyer, product = make_buyer(), make_product(seller=make_seller(), inventory_count=50)
    deals = [Deal(provider, product=product, buyer=buyer) for _ in range(5)]
    deals[0].cancel(buyer)
    testing.deliver_all()
    assert [row["id"] for row in listed(buyer, status="CANCELLED")] == [str(deals[0].id)]
    assert len(listed(buyer, status="PENDING_PAYMENT")) == 4
    moment = deals[2].order.created_at
    assert len(listed(buyer, created_after=moment.isoformat())) == 3
    assert len(listed(buyer, created_before=moment.isoformat())) == 2
    client, seen, link = authorized_client(buyer), [], f"{ORDERS}?page_size=2"
    while link:
        page = client.get(link).json()
        seen += [row["id"] for row in page["results"]]
        link = page["next"]
    assert seen == [str(deal.id) for deal in reversed(deals)]


@pytest.mark.parametrize(
    "query",
    [{"role": "admin"}, {"status": "LOST"}, {"created_after": "yesterday"}, {"cursor": "xx"}],
)
def test_a_wrong_filter_is_refused(query: dict[str, str]) -> None:
    answer = authorized_client(make_buyer()).get(ORDERS, query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["list", "detail", "timeline"])
def test_reading_costs_the_same_for_one_and_for_fifty(path: str) -> None:
    buyer, seller = make_buyer(), make_seller()

    def cost() -> int:
        testing.deliver_all()
        client = authorized_client(buyer)
        order = OrderHistoryEntry.objects.order_by("-created_at")[0].order_id
        url = {
            "list": f"{ORDERS}?page_size=100",
            "detail": f"{ORDERS}{order}/",
            "timeline": f"{ORDERS}{order}/timeline/",
        }[path]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    place(buyer, [(make_product(seller=seller), 1)])
    at_one = cost()
    for _ in range(49):
        place(buyer, [(make_product(seller=make_seller()), 1)])
    place(buyer, [(make_product(seller=seller), 1) for _ in range(50)])
    assert cost() == at_one
    assert at_one <= 10


def test_events_in_any_order_and_three_times_end_in_the_same_list(provider: FakeProvider) -> None:
    Deal(provider).drive_to(OrderStatus.COMPLETED)
    Deal(provider).drive_to(OrderStatus.CANCELLED)
    envelopes = [e for e in testing.pending() if e.type.startswith("orders.")] * 3
    testing.deliver_all()
    expected = list(OrderHistoryEntry.objects.order_by("order_id").values())
    random.Random(7).shuffle(envelopes)
    OrderHistoryEntry.objects.all().delete()
    InboxMessage.objects.all().delete()
    for envelope in envelopes:
        deliver(envelope, service="orders")
    assert list(OrderHistoryEntry.objects.order_by("order_id").values()) == expected


def test_an_old_state_never_replaces_a_newer_one(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.PROCESSING)
    testing.deliver_all()
    OrderHistoryEntry.objects.filter(order_id=deal.id).update(version=99, title="newer")
    with joinable():
        HistoryRepository().follow(deal.id)
    assert OrderHistoryEntry.objects.get(order_id=deal.id).title == "newer"


def test_the_history_can_be_rebuilt_and_is_then_equal(provider: FakeProvider) -> None:
    for status in (OrderStatus.PENDING_PAYMENT, OrderStatus.SHIPPED, OrderStatus.COMPLETED):
        Deal(provider).drive_to(status)
    testing.deliver_all()
    kept = list(OrderHistoryEntry.objects.order_by("order_id").values())
    OrderHistoryEntry.objects.update(status="LOST")
    with pytest.raises(CommandError):
        call_command("rebuild_order_history", "--check", stdout=StringIO())
    call_command("rebuild_order_history", stdout=StringIO())
    assert list(OrderHistoryEntry.objects.order_by("order_id").values()) == kept


def test_days_are_half_open(provider: FakeProvider) -> None:
    deal = Deal(provider)
    testing.deliver_all()
    at = deal.order.created_at
    assert len(listed(deal.buyer, created_after=at.isoformat())) == 1
    assert listed(deal.buyer, created_before=at.isoformat()) == []
    assert listed(deal.buyer, created_after=(at + timedelta(seconds=1)).isoformat()) == []
