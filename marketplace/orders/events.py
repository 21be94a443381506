"""What orders publish. Every event carries the facts that a reader needs to know whom to tell."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.events import DomainEvent, domain_event


@dataclass(frozen=True, kw_only=True)
class OrderFact(DomainEvent):
    """The members that every event of an order has. ``version`` is the order's, after it."""

    order_id: UUID
    checkout_id: UUID
    buyer_id: UUID
    seller_id: UUID
    total_minor: int
    currency: str
    version: int


@domain_event("orders.OrderPlaced")
class OrderPlaced(OrderFact):
    pay_by_at: datetime


@domain_event("orders.OrderPaid")
class OrderPaid(OrderFact):
    ship_by_at: datetime


@domain_event("orders.OrderAccepted")
class OrderAccepted(OrderFact):
    pass


@domain_event("orders.OrderShipped")
class OrderShipped(OrderFact):
    carrier: str
    tracking_number: str


@domain_event("orders.OrderDelivered")
class OrderDelivered(OrderFact):
    reported_by: str
    """The party: BUYER, OPERATOR or PROVIDER (the carrier)."""
    completes_at: datetime


@domain_event("orders.OrderCompleted")
class OrderCompleted(OrderFact):
    is_automatic: bool


@domain_event("orders.OrderCancelled")
class OrderCancelled(OrderFact):
    reason: str
    cancelled_by: str
    was_paid: bool
    """Then a full refund was queued in the same transaction."""


@domain_event("orders.OrderRefunded")
class OrderRefunded(OrderFact):
    """Everything that was paid is back with the buyer, or on its way."""

    reason: str


@domain_event("orders.OrderRefundedInPart")
class OrderRefundedInPart(OrderFact):
    amount_minor: int


@domain_event("orders.CancellationRequested")
class CancellationRequested(OrderFact):
    answer_by_at: datetime


@domain_event("orders.CancellationDeclined")
class CancellationDeclined(OrderFact):
    pass


@domain_event("orders.ShipByExtended")
class ShipByExtended(OrderFact):
    ship_by_at: datetime


@domain_event("orders.ScanOverdue")
class ScanOverdue(OrderFact):
    """The carrier is late with a scan: from now on the buyer may cancel."""


@domain_event("orders.CompletionNear")
class CompletionNear(OrderFact):
    """The reminder: unless the buyer objects, the seller is paid at ``completes_at``."""

    completes_at: datetime


@domain_event("orders.OrderNoted")
class OrderNoted(OrderFact):
    """Something was written on the timeline; the status is the same."""

    command: str


STATUS_EVENTS = (
    OrderPlaced,
    OrderPaid,
    OrderAccepted,
    OrderShipped,
    OrderDelivered,
    OrderCompleted,
    OrderCancelled,
    OrderRefunded,
    OrderRefundedInPart,
    CancellationRequested,
    CancellationDeclined,
    ShipByExtended,
    ScanOverdue,
    CompletionNear,
    OrderNoted,
)
"""All of them: what the order history follows."""
