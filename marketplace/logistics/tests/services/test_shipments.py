import itertools
from datetime import timedelta

import pytest
from django.db import transaction

from marketplace.core import clock
from marketplace.core.db import TransactionMissing
from marketplace.core.errors import NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.jobs import run_due
from marketplace.logistics.carriers import CarrierUnavailable, factory
from marketplace.logistics.carriers.base import CarrierRefused
from marketplace.logistics.errors import (
    CarrierUnknown,
    ShipmentAlreadyExists,
    TrackingNumberMissing,
    TrackingNumberTaken,
)
from marketplace.logistics.models import Shipment, TrackingEvent
from marketplace.logistics.services import create_shipment, record_tracking_event
from marketplace.logistics.tests.factories import make_shipment
from marketplace.logistics.tests.fake_carrier import FakeCarrier

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> FakeCarrier:
    fake = FakeCarrier()
    monkeypatch.setattr(factory, "_FACTORIES", {"sandbox": lambda: fake})
    return fake


def scan(number: str, kind: str = "IN_TRANSIT", event_id: str = "evt_1", hours: int = 0) -> None:
    record_tracking_event(
        carrier="sandbox",
        carrier_event_id=event_id,
        tracking_number=number,
        kind=kind,
        occurred_at=clock.now() + timedelta(hours=hours),
    )


def test_a_tracking_number_belongs_to_one_parcel_for_ever() -> None:
    shipment = make_shipment()
    with pytest.raises(TrackingNumberTaken):
        make_shipment(tracking_number=shipment.tracking_number)
    assert Shipment.objects.count() == 1


def test_an_order_has_one_shipment() -> None:
    shipment = make_shipment()
    with pytest.raises(ShipmentAlreadyExists):
        make_shipment(order_id=shipment.order_id)


def test_a_tracked_parcel_needs_a_known_carrier_and_a_number() -> None:
    with pytest.raises(CarrierUnknown):
        make_shipment(carrier="pigeon")
    with pytest.raises(TrackingNumberMissing):
        make_shipment(tracking_number="")
    assert Shipment.objects.count() == 0


def test_untracked_parcels_need_neither() -> None:
    for _ in range(2):
        make_shipment(carrier="", tracking_number="", tracked=False)
    assert Shipment.objects.filter(register_after_at__isnull=True).count() == 2


def test_a_shipment_is_made_only_together_with_its_order() -> None:
    with pytest.raises(TransactionMissing):
        create_shipment(
            order_id=new_id(),
            buyer_id=new_id(),
            seller_id=new_id(),
            carrier="sandbox",
            tracking_number="TRK1",
            tracked=True,
        )


def test_the_carrier_is_told_outside_of_any_transaction(carrier: FakeCarrier) -> None:
    shipment = make_shipment()
    assert carrier.calls == 0
    assert run_due("logistics.register_shipments") == 1
    assert carrier.registered == {shipment.tracking_number: str(shipment.id)}
    assert run_due("logistics.register_shipments") == 0


def test_an_unreachable_carrier_is_asked_again_later(carrier: FakeCarrier) -> None:
    make_shipment()
    carrier.fail_next = [CarrierUnavailable("down")]
    run_due("logistics.register_shipments")
    assert run_due("logistics.register_shipments") == 0
    with clock.shifted(timedelta(minutes=1)):
        assert run_due("logistics.register_shipments") == 1
    assert len(carrier.registered) == 1


def test_a_definite_no_is_not_repeated(carrier: FakeCarrier) -> None:
    make_shipment()
    carrier.fail_next = [CarrierRefused("no such number")]
    run_due("logistics.register_shipments")
    with clock.shifted(timedelta(days=1)):
        assert run_due("logistics.register_shipments") == 0
    assert (carrier.calls, carrier.registered) == (1, {})


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_scans_in_any_order_end_in_the_same_state(order: tuple[int, ...]) -> None:
    shipment = make_shipment()
    scans = [("IN_TRANSIT", "evt_1", 1), ("IN_TRANSIT", "evt_2", 2), ("DELIVERED", "evt_3", 3)]
    start = clock.now()
    with clock.frozen(start):
        for index in (*order, *order):
            kind, event_id, hours = scans[index]
            scan(shipment.tracking_number, kind, event_id, hours)
    row = Shipment.objects.get(id=shipment.id)
    assert row.status == "DELIVERED"
    assert row.delivered_at == start + timedelta(hours=3)
    assert (row.first_scanned_at, row.last_scanned_at) == (
        start + timedelta(hours=1),
        start + timedelta(hours=3),
    )
    assert TrackingEvent.objects.filter(order_id=shipment.order_id).count() == 3
    assert len(recorded("logistics.ShipmentDelivered")) == 1


def test_a_scan_of_an_unknown_parcel_is_not_found() -> None:
    with pytest.raises(NotFound):
        scan("TRK-UNKNOWN")
    assert TrackingEvent.objects.count() == 0


def test_a_refused_shipment_leaves_the_callers_transaction_usable() -> None:
    shipment = make_shipment()
    with transaction.atomic():
        with pytest.raises(TrackingNumberTaken):
            make_shipment(tracking_number=shipment.tracking_number)
        assert Shipment.objects.count() == 1
