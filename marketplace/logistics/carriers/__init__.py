"""Outside carriers, each behind :class:`Carrier`."""

from marketplace.logistics.carriers.base import (
    Carrier,
    CarrierUnavailable,
    SignatureInvalid,
    TrackingMessage,
)
from marketplace.logistics.carriers.factory import carrier_codes, get_carrier

__all__ = [
    "Carrier",
    "CarrierUnavailable",
    "SignatureInvalid",
    "TrackingMessage",
    "carrier_codes",
    "get_carrier",
]
