from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.conf import settings
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.events.testing import recorded
from marketplace.core.jobs import run_due
from marketplace.logistics.carriers.signatures import sign
from marketplace.logistics.models import CarrierWebhook, Shipment, TrackingEvent
from marketplace.logistics.tests.factories import make_shipment
from marketplace.users.models import User
from marketplace.users.tests.factories import authorized_client, make_admin, make_buyer

pytestmark = pytest.mark.django_db
SHIPPING = "/api/v1/shipping/"
WEBHOOKS = f"{SHIPPING}webhooks/sandbox/"
JOB = "logistics.process_carrier_webhooks"


def message(number: str, kind: str = "delivered", event_id: str = "evt_1") -> bytes:
    return orjson.dumps(
        {
            "id": event_id,
            "type": f"tracking.{kind}",
            "created_at": clock.now().isoformat(),
            "data": {"tracking_number": number, "occurred_at": clock.now().isoformat()},
        }
    )


def send(body: bytes, *, secret: str = "", age_seconds: int = 0, header: str = "") -> Any:
    stamp = int(clock.now().timestamp()) - age_seconds
    digest = sign(body, secret=secret or settings.SANDBOX_CARRIER_SECRETS[0], timestamp=stamp)
    return APIClient().post(
        WEBHOOKS,
        body,
        content_type="application/json",
        HTTP_SANDBOX_SIGNATURE=header or f"t={stamp},v1={digest}",
    )


def test_methods_are_public_and_priced() -> None:
    answer = APIClient().get(f"{SHIPPING}methods/", {"currency": "EUR", "subtotal": "150.00"})
    assert answer.status_code == 200
    first = answer.json()["results"][0]
    assert (first["code"], first["cost"], first["free_from"]) == ("standard", "0.00", "100.00")
    yen = APIClient().get(f"{SHIPPING}methods/", {"currency": "JPY"}).json()["results"][0]
    assert yen["cost"] == "700"


@pytest.mark.parametrize(
    "query", [{"currency": "euro"}, {"subtotal": "many"}, {"subtotal": "1.234"}, {"country": "D"}]
)
def test_a_wrong_question_is_refused(query: dict[str, str]) -> None:
    assert APIClient().get(f"{SHIPPING}methods/", query).status_code == 400


def test_methods_cost_the_same_number_of_queries_however_many(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(1):
        APIClient().get(f"{SHIPPING}methods/")


def test_only_the_parties_see_a_shipment() -> None:
    shipment = make_shipment()
    path = f"{SHIPPING}shipments/{shipment.id}/"
    row = Shipment.objects.get(id=shipment.id)
    for reader in (row.buyer, row.seller, make_admin()):
        assert isinstance(reader, User)
        answer = authorized_client(reader).get(path)
        assert answer.status_code == 200
        assert answer.json()["tracking_number"] == shipment.tracking_number
    assert authorized_client(make_buyer()).get(path).status_code == 404
    assert APIClient().get(path).status_code == 401


def test_a_signed_scan_is_stored_and_then_acted_on() -> None:
    shipment = make_shipment()
    assert send(message(shipment.tracking_number, "in_transit", "evt_0")).status_code == 200
    assert send(message(shipment.tracking_number)).status_code == 200
    assert TrackingEvent.objects.count() == 0
    assert run_due(JOB) == 2
    assert Shipment.objects.get().status == "DELIVERED"
    assert len(recorded("logistics.ShipmentDelivered")) == 1


def test_a_message_sent_three_times_counts_once() -> None:
    shipment = make_shipment()
    body = message(shipment.tracking_number)
    for _ in range(3):
        assert send(body).status_code == 200
    assert CarrierWebhook.objects.count() == 1
    assert run_due(JOB) == 1
    assert send(body).status_code == 200
    assert run_due(JOB) == 0
    assert TrackingEvent.objects.count() == 1


def test_a_scan_that_comes_before_our_own_commit_waits() -> None:
    send(message("TRK-EARLY"))
    assert run_due(JOB) == 1
    assert CarrierWebhook.objects.get().processed_at is None
    make_shipment(tracking_number="TRK-EARLY")
    with clock.shifted(timedelta(minutes=1)):
        assert run_due(JOB) == 1
    assert CarrierWebhook.objects.get().processed_at is not None
    assert Shipment.objects.get().status == "DELIVERED"


def test_one_bad_message_does_not_stop_the_rest() -> None:
    shipment = make_shipment()
    send(orjson.dumps({"id": "evt_bad", "type": "tracking.delivered", "data": None}))
    send(message(shipment.tracking_number))
    run_due(JOB)
    assert Shipment.objects.get().status == "DELIVERED"
    assert "ValueError" in CarrierWebhook.objects.get(event_id="evt_bad").last_error


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "another secret"},
        {"age_seconds": 400},
        {"age_seconds": -400},
        {"header": "nonsense"},
        {"header": "t=1,v1=00"},
        {"header": "t=٣,v1=00"},
    ],
    ids=str,
)
def test_what_the_carrier_did_not_sign_is_refused(how: dict[str, Any]) -> None:
    answer = send(message("TRK1"), **how)
    assert (answer.status_code, answer.json()["code"]) == (400, "webhook_rejected")
    assert CarrierWebhook.objects.count() == 0


def test_both_secrets_are_taken_during_rotation(settings: Any) -> None:
    settings.SANDBOX_CARRIER_SECRETS = ["old", "new"]
    for number, secret in enumerate(("old", "new")):
        assert send(message("TRK1", event_id=f"evt_{number}"), secret=secret).status_code == 200


def test_an_unknown_carrier_is_not_found() -> None:
    answer = APIClient().post(f"{SHIPPING}webhooks/pigeon/", b"{}", content_type="application/json")
    assert answer.status_code == 404
