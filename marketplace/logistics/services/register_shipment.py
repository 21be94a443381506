from datetime import timedelta
from uuid import UUID

import structlog

from marketplace.core import clock
from marketplace.logistics.carriers import Carrier, CarrierUnavailable, get_carrier
from marketplace.logistics.carriers.base import CarrierRefused
from marketplace.logistics.models import Shipment

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 12
FIRST_PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 3600


def register_shipment(*, shipment_id: UUID, carrier: Carrier | None = None) -> bool:
    """Ask the carrier to report on a parcel; returns whether it agreed.

    The network is called outside any transaction. Safe to repeat and to run twice at once: the
    carrier takes the same number and reference again as one. The sale never waits for this.
    """
    shipment = Shipment.objects.get(id=shipment_id)
    if shipment.registered_at is not None:
        return True
    adapter = carrier or get_carrier(shipment.carrier)
    try:
        adapter.register_shipment(
            tracking_number=shipment.tracking_number, reference=str(shipment.id)
        )
    except (CarrierUnavailable, CarrierRefused) as error:
        _postpone(shipment, error)
        return False
    Shipment.objects.filter(id=shipment.id, registered_at__isnull=True).update(
        registered_at=clock.now(), register_after_at=None
    )
    return True


def _postpone(shipment: Shipment, error: Exception) -> None:
    # Swallowed on purpose: an unreachable carrier delays its reports and nothing else. After a
    # definite refusal or the last attempt the buyer's word or an operator's completes the delivery.
    attempts = shipment.registration_attempts + 1
    given_up = isinstance(error, CarrierRefused) or attempts >= MAX_ATTEMPTS
    pause = min(FIRST_PAUSE_SECONDS * 2**attempts, LONGEST_PAUSE_SECONDS)
    again_at = None if given_up else clock.database_now() + timedelta(seconds=pause)
    Shipment.objects.filter(id=shipment.id, registered_at__isnull=True).update(
        registration_attempts=attempts, register_after_at=again_at
    )
    log.warning(
        "shipment_not_registered",
        shipment_id=str(shipment.id),
        attempts=attempts,
        given_up=given_up,
        error=str(error),
    )
