"""What may be done to orders. One command per file."""

from marketplace.orders.services.accept_order import accept_order
from marketplace.orders.services.cancel_by_silence import cancel_by_silence
from marketplace.orders.services.cancel_order import cancel_order
from marketplace.orders.services.complete_automatically import complete_automatically
from marketplace.orders.services.confirm_receipt import confirm_receipt
from marketplace.orders.services.decline_cancellation import decline_cancellation
from marketplace.orders.services.expire_payment import expire_payment
from marketplace.orders.services.expire_ship_by import expire_ship_by
from marketplace.orders.services.extend_ship_by import extend_ship_by
from marketplace.orders.services.follow_chargebacks import follow_chargebacks
from marketplace.orders.services.note_missing_scan import note_missing_scan
from marketplace.orders.services.pay_order import pay_order
from marketplace.orders.services.place_order import place_order
from marketplace.orders.services.receive_payment import receive_payment
from marketplace.orders.services.record_delivery import record_delivery
from marketplace.orders.services.record_scan import record_scan
from marketplace.orders.services.refund_order import refund_order
from marketplace.orders.services.remind_buyer import remind_buyer
from marketplace.orders.services.request_cancellation import request_cancellation
from marketplace.orders.services.ship_order import ship_order
from marketplace.orders.snapshots import (
    BasketLine,
    CheckoutSnapshot,
    OrderSnapshot,
)
from marketplace.payments.services import PaymentStart

__all__ = [
    "BasketLine",
    "CheckoutSnapshot",
    "OrderSnapshot",
    "PaymentStart",
    "accept_order",
    "cancel_by_silence",
    "cancel_order",
    "complete_automatically",
    "confirm_receipt",
    "decline_cancellation",
    "expire_payment",
    "expire_ship_by",
    "extend_ship_by",
    "follow_chargebacks",
    "note_missing_scan",
    "pay_order",
    "place_order",
    "receive_payment",
    "record_delivery",
    "record_scan",
    "refund_order",
    "remind_buyer",
    "request_cancellation",
    "ship_order",
]
