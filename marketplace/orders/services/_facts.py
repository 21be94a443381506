"""The members that every event of an order carries."""

from typing import Any

from marketplace.orders.models import Order


def facts_of(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "checkout_id": order.checkout_id,
        "buyer_id": order.buyer_id,
        "seller_id": order.seller_id,
        "total_minor": order.total_minor,
        "currency": order.currency,
        "version": order.version,
    }
