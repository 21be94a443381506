from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.orders.models import DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._paying import enter_paid
from marketplace.orders.transitions import Command, Party
from marketplace.payments.queries import WALLET, choose_provider, was_paid_from_wallet
from marketplace.payments.services import PaymentStart, pay_from_wallet, start_payment

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
    """Start paying: returns where the buyer goes to pay, or that there is nothing left to do.

    Two steps on purpose: the order admits the attempt in a transaction of its own, then payments
    calls the provider outside any. From the wallet it is one step, since nobody is called. The
    same key again answers the same attempt. Raises NotFound, NotYourPart, StaleVersion,
    OrderNotPayable, OrderAlready…, and what payments refuses.
    """
    if method == WALLET and provider in (None, WALLET):
        return _pay_from_wallet(
            order_id=order_id,
            actor=actor,
            idempotency_key=idempotency_key,
            expected_version=expected_version,
        )
    payment_id, country = _admit_payment(
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
        country=country,
    )


@opens_transaction
def _admit_payment(
    *,
    order_id: UUID,
    actor: Actor,
    method: str,
    provider: str | None,
    expected_version: int | None,
) -> tuple[UUID, str]:
    """The payment's id, and the country that the goods go to."""
    deadlines = DeadlineRepository()
    order = OrderRepository().lock(order_id, actor=actor)
    party = authorize(order, actor, Command.PAY_ORDER)
    order.check_version(expected_version)
    order.transition_for(Command.PAY_ORDER, by=party)
    window = order.terms.pay_window(is_slow=method not in QUICK_METHODS)
    deadline = deadlines.get_open(order, DeadlineKind.PAY)
    country = str(order.shipping_address["country"])
    # Never shortened: a buyer who goes back from a bank transfer to a card loses nothing. The
    # version stays, so that the same request can be sent again after a lost answer.
    if deadline and deadline.due_at < order.created_at + window:
        # Before the time is given: what cannot be paid by needs no more of it.
        choose_provider(method=method, currency=order.currency, country=country, wanted=provider)
        deadlines.move(deadline, due_at=max(order.created_at + window, clock.database_now()))
    return order.payment_id, country


@opens_transaction
def _pay_from_wallet(
    *, order_id: UUID, actor: Actor, idempotency_key: str, expected_version: int | None
) -> PaymentStart:
    """Wallet, escrow, order and stock change together, or none of them."""
    order = OrderRepository().lock(order_id, actor=actor)
    party = authorize(order, actor, Command.PAY_ORDER)
    payment_id = order.payment_id
    # A second request under the key of the first: the order has moved on because of it.
    is_repeated = was_paid_from_wallet(payment_id=payment_id, idempotency_key=idempotency_key)
    if not is_repeated:
        order.check_version(expected_version)
        order.transition_for(Command.PAY_ORDER, by=party)
        # Stock before payment: the order of locks. A refusal of the wallet undoes all of it.
        enter_paid(order, party=Party.PROVIDER, actor=Actor.provider(WALLET))
    return pay_from_wallet(payment_id=payment_id, actor=actor, idempotency_key=idempotency_key)
