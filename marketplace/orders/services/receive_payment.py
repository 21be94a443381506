from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.events import OrderNoted
from marketplace.orders.models import Order
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import OrderRepository
from marketplace.orders.services._facts import facts_of
from marketplace.orders.services._paying import enter_paid
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command, Party
from marketplace.payments.services import HoldOutcome, hold_captured_funds


@opens_transaction
def receive_payment(
    *, order_id: UUID, payment_id: UUID, attempt_id: UUID, actor: Actor
) -> OrderSnapshot:
    """The provider has the buyer's money: escrow, order and stock change together.

    Again: no effect. Money that is late, doubled or of another amount is booked and reviewed by
    payments, and noted on the order; it is never dropped and never moves the order.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.RECEIVE_PAYMENT)
    outcome = hold_captured_funds(payment_id=payment_id, attempt_id=attempt_id)
    if outcome in (HoldOutcome.ALREADY_HELD, HoldOutcome.ALREADY_IN_REVIEW):
        return orders.snapshot(order, actor=actor)
    if outcome is HoldOutcome.IN_REVIEW:
        _note_review(order, party, actor)
        return orders.snapshot(order, actor=actor)
    enter_paid(order, party=party, actor=actor)
    return orders.snapshot(order, actor=actor)


def _note_review(order: Order, party: Party, actor: Actor) -> None:
    order.version += 1
    order.updated_at = clock.database_now()
    order.save(update_fields=["version", "updated_at"])
    command = "payment_in_review"
    OrderRepository().note(order, command, party=party, actor=actor, from_status=order.status)
    record(OrderNoted(**facts_of(order), command=command), key=order.id)
