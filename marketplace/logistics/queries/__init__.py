"""The read side of logistics."""

from marketplace.logistics.queries.get_shipment import get_shipment, get_shipment_of_order
from marketplace.logistics.queries.list_shipping_methods import list_shipping_methods
from marketplace.logistics.snapshots import ShipmentSnapshot, ShippingMethodSnapshot

__all__ = [
    "ShipmentSnapshot",
    "ShippingMethodSnapshot",
    "get_shipment",
    "get_shipment_of_order",
    "list_shipping_methods",
]
