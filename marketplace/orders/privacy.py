"""What orders know of their parties."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from marketplace.core.privacy import (
    FORMER_MEMBER,
    Obstacle,
    PersonalData,
    excuse_model,
    register_personal_data,
)
from marketplace.core.privacy.plumbing import blank_answers, blank_events
from marketplace.orders.models import CancellationRequest, Order, OrderHistoryEntry
from marketplace.orders.transitions import FINAL_STATUSES
from marketplace.users.queries import get_public_cards

ORDER = (
    "id",
    "buyer_id",
    "seller_id",
    "status",
    "currency",
    "total_minor",
    "shipping_method",
    "tracking_number",
    "created_at",
    "completed_at",
)
OF_THE_BUYER = ("shipping_address", "notes")
SEEN_BY_THE_OTHER = ("shipping_address", "notes", "cancel_note", "tracking_number")
ERASED_NUMBER = "erased"
"""A tracked order that was shipped keeps the word that it had a number."""


def _mine(user_id: UUID) -> Q:
    return Q(buyer_id=user_id) | Q(seller_id=user_id)


def _orders(user_id: UUID) -> list[dict[str, Any]]:
    """The person's purchases and sales; the other party appears as anybody may see them."""
    rows = list(
        Order.objects.filter(_mine(user_id))
        .order_by("-id")
        .values(*ORDER, *OF_THE_BUYER)
        .iterator()
    )
    others = {row["seller_id"] if row["buyer_id"] == user_id else row["buyer_id"] for row in rows}
    cards = get_public_cards(user_ids=others)
    items = _items([row["id"] for row in rows])
    return [_told(row, user_id, cards, items) for row in rows]


def _told(row: dict[str, Any], user_id: UUID, cards: Any, items: Any) -> dict[str, Any]:
    is_buyer = row["buyer_id"] == user_id
    card = cards.get(row["seller_id" if is_buyer else "buyer_id"])
    told = {name: row[name] for name in ORDER if not name.endswith(("buyer_id", "seller_id"))}
    return {
        **told,
        "as": "buyer" if is_buyer else "seller",
        "with": card.display_name if card else FORMER_MEMBER,
        "items": items.get(row["id"], []),
        # Where somebody lives is theirs alone, also when the parcel went through a seller's hands.
        **({name: row[name] for name in OF_THE_BUYER} if is_buyer else {}),
    }


def _items(order_ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    from marketplace.orders.models import OrderItem

    found: dict[UUID, list[dict[str, Any]]] = {}
    rows = OrderItem.objects.filter(order_id__in=order_ids)
    for order_id, title, quantity, price in rows.values_list(
        "order_id", "title", "quantity", "unit_price_minor"
    ):
        found.setdefault(order_id, []).append(
            {"title": title, "quantity": quantity, "unit_price_minor": price}
        )
    return found


def _open_orders(user_id: UUID) -> list[Obstacle]:
    if Order.objects.filter(_mine(user_id)).exclude(status__in=FINAL_STATUSES).exists():
        return [Obstacle("open_orders", "Orders are under way: complete or cancel them first.")]
    return []


def _unname_orders(user_id: UUID) -> int:
    """Blank where parcels went and what the person wrote; the country stays, for the taxes."""
    touched = 0
    orders: dict[UUID, UUID] = {}
    for order in Order.objects.select_for_update().filter(_mine(user_id)).order_by("id"):
        fields = ["tracking_number"]
        if order.tracking_number:
            order.tracking_number = ERASED_NUMBER
        if order.buyer_id == user_id:
            order.shipping_address = _without_person(order.shipping_address)
            order.notes = ""
            fields += ["shipping_address", "notes"]
        if order.cancelled_by == ("BUYER" if order.buyer_id == user_id else "SELLER"):
            order.cancel_note = ""
            fields.append("cancel_note")
        order.save(update_fields=fields)
        orders[order.id] = order.seller_id if order.buyer_id == user_id else order.buyer_id
        touched += 1
    # What the other party was answered shows the order as it was, and may be answered again.
    blank_answers(user_ids=orders.values(), object_ids=orders, members=SEEN_BY_THE_OTHER)
    blank_events(keys=orders, member="tracking_number", word=ERASED_NUMBER)
    OrderHistoryEntry.objects.filter(_mine(user_id)).exclude(tracking_number="").update(
        tracking_number=ERASED_NUMBER
    )
    requests = CancellationRequest.objects.filter(
        Q(order__buyer_id=user_id) | Q(order__seller_id=user_id)
    )
    requests.filter(requested_by_id=user_id).update(reason="")
    requests.exclude(requested_by_id=user_id).update(answer="")
    return touched + _unsay(user_id)


def _without_person(address: dict[str, Any]) -> dict[str, Any]:
    country = address.get("country", "")
    return {**dict.fromkeys(address, ""), "recipient": FORMER_MEMBER, "country": country}


def _unsay(user_id: UUID) -> int:
    """Blank what the person said in timelines, which the runtime role cannot change by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT orders_unsay(%s::uuid)", [user_id])
        (count,) = cursor.fetchone()
    return int(count)


register_personal_data(
    PersonalData(
        name="orders.orders",
        title="Orders",
        why="To carry out what you buy and sell, and to answer for it afterwards.",
        kept="The sale itself: orders.sales. Addresses and words: until you are erased.",
        models=(
            "orders.Order",
            "orders.Checkout",
            "orders.CancellationRequest",
            "orders.OrderEvent",
        ),
        export=_orders,
        erase=_unname_orders,
        obstacles=_open_orders,
    )
)
excuse_model("orders.OrderHistoryEntry", "The read model of orders; it follows them.")
excuse_model("orders.OrderItem", "What was sold at which price: the record of the other party.")
excuse_model("orders.TradingLimit", "What people of a level may trade; nothing of a person.")
