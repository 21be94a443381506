from marketplace.orders.models.cancellation_request import (
    CancellationRequest,
    CancellationRequestStatus,
)
from marketplace.orders.models.checkout import Checkout
from marketplace.orders.models.deadline import Deadline, DeadlineKind
from marketplace.orders.models.escrow_policy import EscrowPolicy
from marketplace.orders.models.order import CancelReason, Order
from marketplace.orders.models.order_event import OrderEvent
from marketplace.orders.models.order_history_entry import OrderHistoryEntry
from marketplace.orders.models.order_item import OrderItem
from marketplace.orders.models.sweep_outage import SweepOutage
from marketplace.orders.models.trading_limit import TradingLimit
from marketplace.orders.transitions import OrderStatus

__all__ = [
    "CancelReason",
    "CancellationRequest",
    "CancellationRequestStatus",
    "Checkout",
    "Deadline",
    "DeadlineKind",
    "EscrowPolicy",
    "Order",
    "OrderEvent",
    "OrderHistoryEntry",
    "OrderItem",
    "OrderStatus",
    "SweepOutage",
    "TradingLimit",
]
