"""The deadlines of an order. Every method is called under the order's lock."""

from datetime import datetime

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.orders.errors import DeadlineNotDue
from marketplace.orders.models import Deadline, DeadlineKind, Order


class DeadlineRepository:
    @needs_transaction
    def open(self, order: Order, kind: DeadlineKind, *, due_at: datetime, at: datetime) -> Deadline:
        return Deadline.objects.create(
            order=order,
            kind=kind,
            due_at=due_at,
            next_attempt_at=due_at,
            counts_from_at=at,
            created_at=at,
        )

    def get_open(self, order: Order, kind: DeadlineKind) -> Deadline | None:
        return Deadline.objects.filter(Deadline.OPEN, order=order, kind=kind).first()

    @needs_transaction
    def move(self, deadline: Deadline, *, due_at: datetime) -> None:
        deadline.due_at = due_at
        deadline.next_attempt_at = due_at
        deadline.save(update_fields=["due_at", "next_attempt_at"])

    @needs_transaction
    def resume(self, order: Order, *, since: datetime, at: datetime) -> None:
        """The order stood still since then: what was not due goes on with the time it had left."""
        for deadline in Deadline.objects.filter(Deadline.OPEN, order=order, due_at__gt=since):
            stood_still = at - max(since, deadline.created_at)
            self.move(deadline, due_at=deadline.due_at + stood_still)

    @needs_transaction
    def void(self, order: Order, *kinds: DeadlineKind, at: datetime) -> None:
        """These no longer apply; those that are not open are left alone."""
        Deadline.objects.filter(Deadline.OPEN, order=order, kind__in=kinds).update(voided_at=at)

    @needs_transaction
    def void_all(self, order: Order, *, at: datetime) -> None:
        Deadline.objects.filter(Deadline.OPEN, order=order).update(voided_at=at)

    @needs_transaction
    def act(self, order: Order, kind: DeadlineKind) -> Deadline:
        """Mark the deadline as acted on; raises DeadlineNotDue unless the database says it is due.

        Asked of the database under the lock, whatever made a worker believe that it is time.
        """
        deadline = self.get_open(order, kind)
        now = clock.database_now()
        if deadline is None or deadline.due_at > now:
            raise DeadlineNotDue(status=order.status)
        deadline.acted_at = now
        deadline.save(update_fields=["acted_at"])
        return deadline
