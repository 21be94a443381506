from uuid import UUID

from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.logistics.carriers import get_carrier
from marketplace.logistics.errors import (
    ShipmentAlreadyExists,
    TrackingNumberMissing,
    TrackingNumberTaken,
)
from marketplace.logistics.models import Shipment
from marketplace.logistics.snapshots import ShipmentSnapshot


@needs_transaction
def create_shipment(
    *,
    order_id: UUID,
    buyer_id: UUID,
    seller_id: UUID,
    carrier: str,
    tracking_number: str,
    tracked: bool,
) -> ShipmentSnapshot:
    """The seller has handed the parcel over.

    A tracked one is registered with its carrier later, by the job ``logistics.register_shipments``:
    never inside this transaction. Raises CarrierUnknown, TrackingNumberMissing,
    TrackingNumberTaken, ShipmentAlreadyExists.
    """
    if tracked:
        get_carrier(carrier)
        if not tracking_number:
            raise TrackingNumberMissing(
                fields={"tracking_number": ["This shipping method is tracked."]}
            )
    shipment = Shipment(
        order_id=order_id,
        buyer_id=buyer_id,
        seller_id=seller_id,
        carrier=carrier,
        tracking_number=tracking_number,
        is_tracked=tracked,
        register_after_at=clock.database_now() if tracked else None,
    )
    try:
        # A savepoint: the refusal must leave the caller's transaction usable until it rolls back.
        with transaction.atomic():
            shipment.save(force_insert=True)
    except IntegrityError as error:
        raise _refusal(error) from error
    return ShipmentSnapshot.of(shipment)


def _refusal(error: IntegrityError) -> Exception:
    if "logistics_tracking_number_once" in str(error):
        return TrackingNumberTaken(
            "Check the number: it was given for another parcel.",
            fields={"tracking_number": ["It belongs to another shipment."]},
        )
    if "order_id" in str(error):
        return ShipmentAlreadyExists()
    return error
