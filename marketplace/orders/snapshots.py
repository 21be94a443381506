"""What the order service hands out: frozen, no model ever leaves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.core.money import Money
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.transitions import Command, Party


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """``quantity`` pieces of one product, as the buyer asks for them."""

    product_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItemSnapshot:
    id: UUID
    product_id: UUID
    title: str
    image_url: str
    quantity: int
    unit_price: Money
    total_price: Money
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "OrderItemSnapshot":
        return cls(
            id=UUID(row["id"]),
            product_id=UUID(row["product_id"]),
            title=row["title"],
            image_url=row["image_url"],
            quantity=row["quantity"],
            unit_price=Money(row["unit_price_minor"], row["currency"]),
            total_price=Money(row["total_price_minor"], row["currency"]),
            created_at=datetime.fromisoformat(row["created_at"]),
            updated_at=datetime.fromisoformat(row["updated_at"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSnapshot:
    kind: str
    due_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "DeadlineSnapshot":
        return cls(kind=row["kind"], due_at=datetime.fromisoformat(row["due_at"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationRequestSnapshot:
    id: UUID
    status: str
    reason: str
    answer: str
    created_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "CancellationRequestSnapshot":
        closed_at = row["closed_at"]
        return cls(
            id=UUID(row["id"]),
            status=row["status"],
            reason=row["reason"],
            answer=row["answer"],
            created_at=datetime.fromisoformat(row["created_at"]),
            closed_at=datetime.fromisoformat(closed_at) if closed_at else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One line of the timeline. ``actor`` names the kind and id of whoever did it."""

    id: UUID
    version: int
    command: str
    party: str
    actor: str
    from_status: str
    to_status: str
    note: str
    details: Mapping[str, Any]
    occurred_at: datetime

    @classmethod
    def of(cls, event: OrderEvent) -> "TimelineEntry":
        return cls(**{name: getattr(event, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """An order as it is committed (or about to be, within a command)."""

    id: UUID
    checkout_id: UUID
    buyer_id: UUID
    seller_id: UUID
    status: str
    version: int
    items: tuple[OrderItemSnapshot, ...]
    subtotal: Money
    shipping_cost: Money
    tax: Money
    buyer_fee: Money
    """The buyer's share of the platform's commission."""
    total: Money
    payment_id: UUID
    shipping_address: Mapping[str, str]
    shipping_method: str
    is_tracked: bool
    is_in_person: bool
    carrier: str
    tracking_number: str
    shipment_id: UUID | None
    notes: str
    escrow_terms: Mapping[str, int]
    deadlines: tuple[DeadlineSnapshot, ...]
    cancellation_request: CancellationRequestSnapshot | None
    cancel_reason: str
    cancel_note: str
    cancelled_by: str
    is_frozen: bool
    your_part: Party | None
    """As what the one who asked acts on this order."""
    available_commands: tuple[Command, ...]
    """What the one who asked can do right now."""
    created_at: datetime
    updated_at: datetime
    paid_at: datetime | None
    accepted_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    refunded_at: datetime | None

    @property
    def currency(self) -> str:
        return self.total.currency


_SAME = (
    "id",
    "checkout_id",
    "buyer_id",
    "seller_id",
    "status",
    "version",
    "payment_id",
    "shipping_address",
    "shipping_method",
    "is_tracked",
    "is_in_person",
    "carrier",
    "tracking_number",
    "shipment_id",
    "notes",
    "escrow_terms",
    "cancel_reason",
    "cancel_note",
    "cancelled_by",
    "is_frozen",
    "created_at",
    "updated_at",
    "paid_at",
    "accepted_at",
    "shipped_at",
    "delivered_at",
    "completed_at",
    "cancelled_at",
    "refunded_at",
)


def order_snapshot(
    order: Order,
    *,
    items: Iterable[Mapping[str, Any]],
    deadlines: Iterable[Mapping[str, Any]],
    request: Mapping[str, Any] | None,
    your_part: Party | None,
    available_commands: tuple[Command, ...],
) -> OrderSnapshot:
    """From the order's row, and rows of what belongs to it as JSON values."""
    return OrderSnapshot(
        **{name: getattr(order, name) for name in _SAME},
        items=tuple(OrderItemSnapshot.of(item) for item in items),
        subtotal=Money(order.subtotal_minor, order.currency),
        shipping_cost=Money(order.shipping_cost_minor, order.currency),
        tax=Money(order.tax_minor, order.currency),
        buyer_fee=Money(order.buyer_fee_minor, order.currency),
        total=order.total,
        deadlines=tuple(DeadlineSnapshot.of(deadline) for deadline in deadlines),
        cancellation_request=CancellationRequestSnapshot.of(request) if request else None,
        your_part=your_part,
        available_commands=available_commands,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutSnapshot:
    checkout_id: UUID
    orders: tuple[OrderSnapshot, ...]
