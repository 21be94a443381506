"""What a carrier's word does to an order."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.events.testing import deliver_all
from marketplace.logistics.services import record_tracking_event
from marketplace.orders.models import DeadlineKind, OrderEvent, OrderStatus
from marketplace.orders.tests.factories import Deal
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


def scan(deal: Deal, kind: str, event_id: str = "evt_1") -> None:
    record_tracking_event(
        carrier="sandbox",
        carrier_event_id=event_id,
        tracking_number=deal.order.tracking_number,
        kind=kind,
        occurred_at=clock.now(),
    )
    deliver_all()


@pytest.fixture
def shipped(provider: FakeProvider) -> Deal:
    return Deal(provider).drive_to(OrderStatus.SHIPPED)


def test_a_delivery_starts_the_inspection_window(shipped: Deal) -> None:
    scan(shipped, "DELIVERED")
    assert shipped.status == OrderStatus.DELIVERED
    assert DeadlineKind.AUTO_COMPLETE in shipped.deadlines
    line = OrderEvent.objects.filter(order_id=shipped.id).latest("id")
    assert (line.party, line.actor) == ("PROVIDER", "provider:carrier.sandbox")


def test_a_scan_starts_the_wait_for_the_next_one_anew(shipped: Deal) -> None:
    first = shipped.deadlines[DeadlineKind.NO_SCAN]
    with clock.shifted(timedelta(days=5)):
        scan(shipped, "IN_TRANSIT")
    assert shipped.deadlines[DeadlineKind.NO_SCAN] > first + timedelta(days=4)
    assert shipped.status == OrderStatus.SHIPPED


def test_a_scan_after_the_delivery_changes_nothing(shipped: Deal) -> None:
    scan(shipped, "DELIVERED")
    deadlines = shipped.deadlines
    scan(shipped, "IN_TRANSIT", "evt_2")
    assert (shipped.status, shipped.deadlines) == (OrderStatus.DELIVERED, deadlines)


def test_the_buyer_said_so_first(shipped: Deal) -> None:
    shipped.deliver()
    version = shipped.order.version
    scan(shipped, "DELIVERED")
    assert (shipped.status, shipped.order.version) == (OrderStatus.DELIVERED, version)


def test_a_parcel_that_turns_up_after_it_was_given_up_revives_nothing(shipped: Deal) -> None:
    shipped.miss_scan()
    shipped.cancel(shipped.buyer)
    scan(shipped, "DELIVERED")
    assert shipped.status == OrderStatus.CANCELLED
