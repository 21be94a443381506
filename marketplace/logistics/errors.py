"""What logistics refuses, and what to do about it."""

from marketplace.core.errors import DomainError, ErrorKind


class ShippingMethodUnknown(DomainError):
    code = "shipping_method_unknown"
    kind = ErrorKind.RULE
    title = "There is no such shipping method"


class ShippingMethodNotAvailable(DomainError):
    code = "shipping_method_not_available"
    kind = ErrorKind.RULE
    title = "The shipping method is not available for this order"


class CarrierUnknown(DomainError):
    code = "carrier_unknown"
    kind = ErrorKind.RULE
    title = "There is no such carrier"


class TrackingNumberMissing(DomainError):
    code = "tracking_number_missing"
    kind = ErrorKind.RULE
    title = "A tracked shipment needs its tracking number"


class TrackingNumberTaken(DomainError):
    code = "tracking_number_taken"
    kind = ErrorKind.CONFLICT
    title = "The tracking number belongs to another shipment"


class ShipmentAlreadyExists(DomainError):
    code = "shipment_already_exists"
    kind = ErrorKind.CONFLICT
    title = "The order has a shipment already"


class WebhookRejected(DomainError):
    code = "webhook_rejected"
    kind = ErrorKind.INVALID
    title = "The message was not accepted"
