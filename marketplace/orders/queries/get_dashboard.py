from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from marketplace.core.actor import Actor, Role
from marketplace.core.errors import Forbidden
from marketplace.core.money import Money
from marketplace.orders.transitions import OrderStatus, Party
from marketplace.payments.queries import get_wallets, list_held_for_buyer

COUNTED_TO = 1000
"""Beyond that a person reads "many", and a seller may have millions: no look counts them all."""

# For each status at most so many entries of one index are read, however long the history is. The
# order is the index's: without it the planner may read the whole table for a status that is rare.
_COUNTS = """
    SELECT s.status, (SELECT count(*) FROM (
               SELECT 1 FROM orders_order_history_entry h
                WHERE h.{party} = %(user_id)s::uuid AND h.status = s.status
                ORDER BY h.created_at DESC, h.order_id DESC LIMIT %(most)s::int) few)
      FROM unnest(%(statuses)s::text[]) AS s(status)
    UNION ALL
    SELECT 'open_requests', (SELECT count(*) FROM (
               SELECT 1 FROM orders_order_history_entry h
                WHERE h.{party} = %(user_id)s::uuid AND h.has_open_request
                LIMIT %(most)s::int) few)
"""
_COLUMN = {Party.BUYER: "buyer_id", Party.SELLER: "seller_id"}


@dataclass(frozen=True, slots=True)
class Side:
    """One person's orders as buyer or as seller. A count of ``COUNTED_TO`` means "or more"."""

    counts: dict[str, int]
    open_requests: int
    in_escrow: tuple[Money, ...]
    """As buyer: what was paid and waits. As seller: what comes if all of it is released."""
    available: tuple[Money, ...] = ()
    """What can be withdrawn now; a seller's."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    buying: Side
    selling: Side | None
    """None for somebody who does not sell."""


def get_dashboard(*, actor: Actor) -> Dashboard:
    """What waits for a person, and how much: one query a side, and the money's own.

    From the order history: it may lag behind the orders by the time an event takes.
    """
    if actor.user_id is None:
        raise Forbidden("Only a user has a dashboard.")
    counts, requests = _count(actor.user_id, Party.BUYER)
    held = tuple(list_held_for_buyer(user_id=actor.user_id))
    buying = Side(counts, requests, held)
    if not actor.has(Role.SELLER):
        return Dashboard(buying, None)
    counts, requests = _count(actor.user_id, Party.SELLER)
    wallets = get_wallets(user_id=actor.user_id)
    selling = Side(
        counts,
        requests,
        tuple(wallet.pending for wallet in wallets),
        tuple(wallet.available for wallet in wallets),
    )
    return Dashboard(buying, selling)


def _count(user_id: UUID, party: Party) -> tuple[dict[str, int], int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTS.format(party=_COLUMN[party]),
            {"user_id": user_id, "most": COUNTED_TO, "statuses": list(OrderStatus.values)},
        )
        counts = dict(cursor.fetchall())
    return {status: counts[status] for status in OrderStatus.values}, counts["open_requests"]
