"""Snapshots as the API shows them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marketplace.core.api import money_members
from marketplace.core.money import minor_to_decimal_string
from marketplace.orders.api.serializers import ACTIONS
from marketplace.orders.queries import OrderSnapshot, TimelineEntry
from marketplace.orders.services import PaymentStart
from marketplace.orders.transitions import Party
from marketplace.users.queries import PublicCard

_SAME = (
    "id",
    "checkout_id",
    "buyer_id",
    "seller_id",
    "status",
    "version",
    "payment_id",
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
    "your_part",
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


def render_order(order: OrderSnapshot) -> dict[str, Any]:
    request = order.cancellation_request
    # Where the buyer lives is none of the seller's business before there is a sale.
    hides_address = order.your_part is Party.SELLER and order.paid_at is None
    return {
        **{name: getattr(order, name) for name in _SAME},
        **money_members(
            order.currency,
            subtotal=order.subtotal.amount_minor,
            shipping_cost=order.shipping_cost.amount_minor,
            tax=order.tax.amount_minor,
            buyer_fee=order.buyer_fee.amount_minor,
            total=order.total.amount_minor,
        ),
        "shipping_address": None if hides_address else order.shipping_address,
        "items": [_item(item) for item in order.items],
        "deadlines": [{"kind": d.kind, "due_at": d.due_at} for d in order.deadlines],
        "cancellation_request": request
        and {
            "status": request.status,
            "reason": request.reason,
            "answer": request.answer,
            "created_at": request.created_at,
            "closed_at": request.closed_at,
        },
        "available_actions": [
            ACTIONS[command] for command in order.available_commands if command in ACTIONS
        ],
    }


def _item(item: Any) -> dict[str, Any]:
    return {
        "id": item.id,
        "product_id": item.product_id,
        "title": item.title,
        "image_url": item.image_url,
        "quantity": item.quantity,
        "unit_price": item.unit_price.to_decimal_string(),
        "total_price": item.total_price.to_decimal_string(),
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }


def render_payment_start(start: PaymentStart) -> dict[str, Any]:
    payment = start.payment
    return {
        "payment": {
            "id": payment.id,
            "order_id": payment.order_id,
            "status": payment.status,
            "amount": payment.amount.to_decimal_string(),
            "currency": payment.amount.currency,
            "payment_method": payment.payment_method,
            "payment_provider": payment.payment_provider,
            "escrow_status": payment.escrow_status,
        },
        "next_action": dict(start.next_action),
    }


def render_history_entry(
    row: Mapping[str, Any], *, role: Party, cards: Mapping[UUID, PublicCard]
) -> dict[str, Any]:
    entry = dict(row)
    other = entry["seller_id"] if role is Party.BUYER else entry["buyer_id"]
    card = cards.get(other)
    return {
        "id": entry.pop("order_id"),
        "total": minor_to_decimal_string(entry.pop("total_minor"), entry["currency"]),
        "counterparty": card
        and {
            "id": card.id,
            "display_name": card.display_name,
            "profile_picture_url": card.profile_picture_url,
            "verification_status": card.verification_status,
        },
        **entry,
    }


def render_timeline_entry(entry: TimelineEntry) -> dict[str, Any]:
    """Without ``actor``: the part says who it was, and an operator's name is nobody's business."""
    return {
        "id": entry.id,
        "version": entry.version,
        "command": entry.command,
        "party": entry.party,
        "from_status": entry.from_status,
        "to_status": entry.to_status,
        "note": entry.note,
        "details": entry.details,
        "occurred_at": entry.occurred_at,
    }
