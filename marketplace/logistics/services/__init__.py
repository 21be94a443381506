"""The commands of logistics."""

from marketplace.logistics.services.create_shipment import create_shipment
from marketplace.logistics.services.quote_shipping import quote_shipping
from marketplace.logistics.services.receive_carrier_webhook import receive_carrier_webhook
from marketplace.logistics.services.record_tracking_event import record_tracking_event
from marketplace.logistics.services.register_shipment import register_shipment
from marketplace.logistics.snapshots import ShipmentSnapshot, ShippingQuote

__all__ = [
    "ShipmentSnapshot",
    "ShippingQuote",
    "create_shipment",
    "quote_shipping",
    "receive_carrier_webhook",
    "record_tracking_event",
    "register_shipment",
]
