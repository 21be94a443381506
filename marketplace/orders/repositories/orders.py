"""Load, lock and save orders."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.policies import available_commands, party_of
from marketplace.orders.repositories.particulars import Particulars
from marketplace.orders.snapshots import OrderSnapshot, order_snapshot
from marketplace.orders.transitions import Command, Party, Transition

ALWAYS_SAVED = ("status", "version", "updated_at")


class OrderRepository:
    @needs_transaction
    def lock(self, order_id: UUID, *, actor: Actor) -> Order:
        """The order as it is now, held until the transaction ends; NotFound for strangers.

        The order's row is the first lock of every command on it, so its deadlines, requests,
        stock reservations and payment need no race of their own. ``NO KEY``: rows that refer to
        the order can be inserted meanwhile.
        """
        order = Order.objects.select_for_update(no_key=True).filter(id=order_id).first()
        if order is None or party_of(order, actor) is None:
            raise NotFound("order")
        return order

    def get(self, order_id: UUID, *, actor: Actor) -> Order:
        """The order for reading, without a lock; NotFound for strangers."""
        order = Order.objects.filter(id=order_id).first()
        if order is None or party_of(order, actor) is None:
            raise NotFound("order")
        return order

    @needs_transaction
    def save(
        self,
        order: Order,
        row: Transition,
        *,
        party: Party,
        actor: Actor,
        fields: Iterable[str] = (),
        note: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the transition's fields and those named, and a line of the timeline."""
        stamp = (Order.STAMPS[row.target],) if row.target != row.source else ()
        order.save(update_fields=[*ALWAYS_SAVED, *stamp, *fields])
        self.note(
            order,
            row.command,
            party=party,
            actor=actor,
            from_status=row.source,
            note=note,
            details=details,
        )

    @needs_transaction
    def note(
        self,
        order: Order,
        command: Command | str,
        *,
        party: Party,
        actor: Actor,
        from_status: str,
        note: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Write a line of the timeline."""
        OrderEvent.objects.create(
            order_id=order.id,
            version=order.version,
            command=str(command),
            party=party,
            actor=str(actor),
            from_status=from_status,
            to_status=order.status,
            note=note,
            details=dict(details or {}),
            occurred_at=order.updated_at,
        )

    def snapshot(self, order: Order, *, actor: Actor) -> OrderSnapshot:
        """As ``actor`` sees it. One query."""
        party = party_of(order, actor)
        particulars = Particulars.load(order.id)
        return order_snapshot(
            order,
            your_part=party,
            available_commands=available_commands(order, party, actor) if party else (),
            items=particulars.items,
            deadlines=particulars.deadlines,
            request=particulars.request,
        )
