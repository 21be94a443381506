from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.events import OrderNoted, OrderPaid
from marketplace.orders.models import DeadlineKind, Order
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command, Party
from marketplace.payments.services import HoldOutcome, hold_captured_funds
from marketplace.products.services import consume_reservation


@opens_transaction
def receive_payment(
    *, order_id: UUID, payment_id: UUID, attempt_id: UUID, actor: Actor
) -> OrderSnapshot:
    """The provider has the buyer's money: escrow, order and stock change together.

    Again: no effect. Money that is late, doubled or of another amount is booked and reviewed by
    payments, and noted on the order; it is never dropped and never moves the order.
    """
    orders, deadlines = OrderRepository(), DeadlineRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.RECEIVE_PAYMENT)
    outcome = hold_captured_funds(payment_id=payment_id, attempt_id=attempt_id)
    if outcome in (HoldOutcome.ALREADY_HELD, HoldOutcome.ALREADY_IN_REVIEW):
        return orders.snapshot(order, actor=actor)
    if outcome is HoldOutcome.IN_REVIEW:
        _note_review(order, party, actor)
        return orders.snapshot(order, actor=actor)
    now = clock.database_now()
    row = order.perform(Command.RECEIVE_PAYMENT, by=party, at=now)
    orders.save(order, row, party=party, actor=actor)
    consume_reservation(order_id=order.id)
    ship_by_at = order.terms.ship_by(now)
    deadlines.void(order, DeadlineKind.PAY, at=now)
    deadlines.open(order, DeadlineKind.SHIP_BY, due_at=ship_by_at, at=now)
    record(OrderPaid(**facts_of(order), ship_by_at=ship_by_at), key=order.id)
    return orders.snapshot(order, actor=actor)


def _note_review(order: Order, party: Party, actor: Actor) -> None:
    order.version += 1
    order.updated_at = clock.database_now()
    order.save(update_fields=["version", "updated_at"])
    command = "payment_in_review"
    OrderRepository().note(order, command, party=party, actor=actor, from_status=order.status)
    record(OrderNoted(**facts_of(order), command=command), key=order.id)
