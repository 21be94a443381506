"""What logistics does by itself."""

from marketplace.core import clock
from marketplace.core.jobs import periodic
from marketplace.logistics.repositories import ShipmentRepository
from marketplace.logistics.services import register_shipment
from marketplace.logistics.services.process_next_webhook import process_next_webhook

BATCH_SIZE = 100
REGISTER_BATCH_SIZE = 20


@periodic(name="logistics.process_carrier_webhooks", every_seconds=1)
def process_carrier_webhooks() -> int:
    """Act on stored carrier messages, each in a transaction of its own."""
    for count in range(BATCH_SIZE):
        if not process_next_webhook():
            return count
    return BATCH_SIZE


@periodic(name="logistics.register_shipments", every_seconds=2)
def register_shipments() -> int:
    """Tell carriers about new parcels; a failed one waits, so it does not count as done."""
    due = ShipmentRepository().to_register(at=clock.database_moment(), limit=REGISTER_BATCH_SIZE)
    for shipment in due:
        register_shipment(shipment_id=shipment.id)
    return len(due)
