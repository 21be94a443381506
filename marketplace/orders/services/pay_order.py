from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.orders.models import DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.transitions import Command
from marketplace.payments.queries import choose_provider
from marketplace.payments.services import PaymentStart, start_payment

QUICK_METHODS = frozenset({"card"})
"""Whoever pays by anything else has the longer time."""


def pay_order(
    *,
    order_id: UUID,
    actor: Actor,
    method: str,
    idempotency_key: str,
    return_url: str,
    provider: str | None = None,
    expected_version: int | None = None,
) -> PaymentStart:
    """Start paying: returns where the buyer goes to pay.

    Two steps on purpose: the order admits the attempt in a transaction of its own, then payments
    calls the provider outside any. The same key again answers the same attempt. Raises NotFound,
    NotYourPart, StaleVersion, OrderNotPayable, OrderAlready…, and what payments refuses.
    """
    payment_id = _admit_payment(
        order_id=order_id,
        actor=actor,
        method=method,
        provider=provider,
        expected_version=expected_version,
    )
    return start_payment(
        payment_id=payment_id,
        actor=actor,
        method=method,
        provider=provider,
        idempotency_key=idempotency_key,
        return_url=return_url,
    )


@opens_transaction
def _admit_payment(
    *,
    order_id: UUID,
    actor: Actor,
    method: str,
    provider: str | None,
    expected_version: int | None,
) -> UUID:
    deadlines = DeadlineRepository()
    order = OrderRepository().lock(order_id, actor=actor)
    party = authorize(order, actor, Command.PAY_ORDER)
    order.check_version(expected_version)
    order.transition_for(Command.PAY_ORDER, by=party)
    window = order.terms.pay_window(is_slow=method not in QUICK_METHODS)
    deadline = deadlines.get_open(order, DeadlineKind.PAY)
    # Never shortened: a buyer who goes back from a bank transfer to a card loses nothing. The
    # version stays, so that the same request can be sent again after a lost answer.
    if deadline and deadline.due_at < order.created_at + window:
        # Before the time is given: what cannot be paid by needs no more of it.
        choose_provider(method=method, currency=order.currency, wanted=provider)
        deadlines.move(deadline, due_at=max(order.created_at + window, clock.database_now()))
    return order.payment_id
