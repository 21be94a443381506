"""Orders in the words in which the user service counts a seller's sales."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from marketplace.orders.models import CancelReason, Order, OrderEvent, OrderStatus
from marketplace.users.snapshots import SaleFacts

BATCH_SIZE = 1000
OF_THE_SELLER = (CancelReason.SELLER_CANCELLED, CancelReason.NOT_SHIPPED_IN_TIME)
OBJECTIONS = ("chargeback_opened",)
"""Lines of the timeline that say that somebody objected to the sale."""


def facts_of_sale(order_id: UUID) -> SaleFacts | None:
    """The sale as it is now; None for an order that does not exist."""
    order = _with_objections().filter(pk=order_id).first()
    return _facts(order) if order else None


def all_sales() -> Iterator[list[SaleFacts]]:
    """Every sale, in portions, by id."""
    last = None
    while True:
        rows = _with_objections().order_by("pk")
        portion = list((rows.filter(pk__gt=last) if last else rows)[:BATCH_SIZE])
        if not portion:
            return
        yield [_facts(order) for order in portion]
        last = portion[-1].pk


def _with_objections() -> "QuerySet[Order]":
    objected = OrderEvent.objects.filter(order_id=OuterRef("pk"), command__in=OBJECTIONS)
    return Order.objects.annotate(is_disputed=Exists(objected))


def _facts(order: Order) -> SaleFacts:
    is_paid = order.paid_at is not None
    called_off = order.status == OrderStatus.CANCELLED and order.cancel_reason in OF_THE_SELLER
    ship_seconds = None
    if order.paid_at and order.shipped_at:
        ship_seconds = max(0, int((order.shipped_at - order.paid_at).total_seconds()))
    return SaleFacts(
        order_id=order.id,
        seller_id=order.seller_id,
        version=order.version,
        is_paid=is_paid,
        is_completed=order.status == OrderStatus.COMPLETED,
        is_called_off=is_paid and called_off,
        is_refunded=order.status == OrderStatus.REFUNDED,
        is_disputed=is_paid and bool(getattr(order, "is_disputed", False)),
        ship_seconds=ship_seconds,
    )
