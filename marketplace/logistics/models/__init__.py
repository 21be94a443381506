from marketplace.logistics.models.carrier_webhook import CarrierWebhook
from marketplace.logistics.models.shipment import Shipment, ShipmentStatus
from marketplace.logistics.models.shipping_method import (
    RateStrategy,
    ShippingMethod,
    ShippingRate,
)
from marketplace.logistics.models.tracking_event import TrackingEvent, TrackingKind

__all__ = [
    "CarrierWebhook",
    "RateStrategy",
    "Shipment",
    "ShipmentStatus",
    "ShippingMethod",
    "ShippingRate",
    "TrackingEvent",
    "TrackingKind",
]
