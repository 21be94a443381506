"""The carrier's API: announce a parcel, move it, look at it."""

import re
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from sandbox.api.errors import conflict, invalid, not_found
from sandbox.api.fields import Fields
from sandbox.api.http import Answer, endpoint
from sandbox.carrier.models import Shipment, TrackingEvent
from sandbox.ids import new_id
from sandbox.provider.services.records import lock, unique_value
from sandbox.webhooks.emit import emit

_TRACKING_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:\-]{0,99}")
_STATUSES = frozenset({"in_transit", "delivered"})


def _render(shipment: Shipment) -> dict[str, Any]:
    return {
        "id": shipment.id,
        "object": "shipment",
        "tracking_number": shipment.tracking_number,
        "reference": shipment.reference,
        "status": shipment.status,
        "created_at": shipment.created_at,
        "events": [
            {"status": event.status, "occurred_at": event.occurred_at}
            for event in shipment.events.order_by("id")
        ],
    }


def _announce(body: dict[str, Any]) -> Answer:
    fields = Fields(body)
    number = fields.text("tracking_number", longest=100)
    if not _TRACKING_NUMBER.fullmatch(number):
        raise invalid(
            "parameter_invalid",
            "tracking_number takes up to 100 letters, digits, spaces and . _ : -",
            "tracking_number",
        )
    shipment = Shipment(
        id=new_id("shp"),
        tracking_number=number,
        reference=fields.reference(),
        status=Shipment.Status.ANNOUNCED,
        created_at=timezone.now(),
    )
    fields.finish()
    with unique_value("shipment", "tracking_number", number):
        shipment.save(force_insert=True)
    return Answer(_render(shipment), 201)


def _find(tracking_number: str) -> Shipment:
    shipment = Shipment.objects.filter(tracking_number=tracking_number).first()
    if shipment is None:
        raise not_found("shipment")
    return shipment


def _get(_request: HttpRequest, tracking_number: str) -> Answer:
    return Answer(_render(_find(tracking_number)))


def _scan(body: dict[str, Any], tracking_number: str) -> Answer:
    fields = Fields(body)
    status = fields.choice("status", _STATUSES)
    occurred_at = fields.moment("occurred_at") or timezone.now()
    fields.finish()
    # Two scans at once: the second reads the first one's status under the lock.
    shipment = lock(Shipment, _find(tracking_number).pk, "shipment")
    if shipment.status == Shipment.Status.DELIVERED:
        raise conflict("shipment_delivered", "The parcel was delivered; nothing follows that.")
    shipment.status = status
    shipment.save(update_fields=["status"])
    TrackingEvent.objects.create(shipment=shipment, status=status, occurred_at=occurred_at)
    emit(
        event_type=f"tracking.{status}",
        data={
            "tracking_number": shipment.tracking_number,
            "reference": shipment.reference,
            "status": status,
            "occurred_at": occurred_at,
        },
        subject_id=shipment.id,
        reference=shipment.reference,
        channel="carrier",
    )
    return Answer(_render(shipment), 201)


shipments = endpoint(post=_announce)
shipment = endpoint(get=_get)
shipment_events = endpoint(post=_scan)
