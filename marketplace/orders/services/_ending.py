"""What every way of ending a sale early has in common: the timers, the stock and the money."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.orders.events import OrderCancelled, OrderRefunded
from marketplace.orders.models import CancellationRequestStatus, CancelReason, Order
from marketplace.orders.repositories import (
    CancellationRequestRepository,
    DeadlineRepository,
    OrderRepository,
)
from marketplace.orders.services._facts import facts_of
from marketplace.orders.transitions import Command, Party
from marketplace.payments.services import refund_escrow, void_payment
from marketplace.products.services import release_reservation

CANCEL_FIELDS = ("cancel_reason", "cancel_note", "cancelled_by", "cancellation_requested_at")


@needs_transaction
def cancel(
    order: Order,
    command: Command,
    *,
    party: Party,
    actor: Actor,
    reason: CancelReason,
    at: datetime,
    note: str = "",
    request_outcome: CancellationRequestStatus = CancellationRequestStatus.OVERTAKEN,
) -> None:
    """End a locked order: what was paid goes back in full, goods that never left are for sale.

    Raises what the transition table refuses, before anything is written.
    """
    row = order.transition_for(command, by=party)
    order.perform(command, by=party, at=at)
    order.cancel_reason, order.cancel_note, order.cancelled_by = reason, note, party
    order.cancellation_requested_at = None
    orders = OrderRepository()
    orders.save(
        order,
        row,
        party=party,
        actor=actor,
        fields=CANCEL_FIELDS,
        note=note,
        details={"reason": reason},
    )
    DeadlineRepository().void_all(order, at=at)
    CancellationRequestRepository().close(order, request_outcome, at=at)
    if order.shipped_at is None:
        release_reservation(order_id=order.id)
    if order.paid_at is None:
        void_payment(order_id=order.id)
    else:
        refund_escrow(order_id=order.id, reason=reason)
    record(
        OrderCancelled(
            **facts_of(order),
            reason=reason,
            cancelled_by=party,
            was_paid=order.paid_at is not None,
        ),
        key=order.id,
    )


@needs_transaction
def end_refunded(
    order: Order,
    command: Command,
    *,
    party: Party,
    actor: Actor,
    at: datetime,
    note: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """End a locked order whose buyer has everything back: timers stop, unsent goods are for sale.

    The money has been moved by the caller, or by the buyer's bank.
    """
    row = order.perform(command, by=party, at=at)
    order.cancellation_requested_at = None
    order.frozen_at, order.frozen_reason = None, ""
    OrderRepository().save(
        order,
        row,
        party=party,
        actor=actor,
        fields=("cancellation_requested_at", "frozen_at", "frozen_reason"),
        note=note,
        details=details,
    )
    DeadlineRepository().void_all(order, at=at)
    CancellationRequestRepository().close(order, CancellationRequestStatus.OVERTAKEN, at=at)
    if order.shipped_at is None:
        release_reservation(order_id=order.id)
    record(OrderRefunded(**facts_of(order), reason=note[:200]), key=order.id)
