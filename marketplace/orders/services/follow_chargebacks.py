from datetime import datetime
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.orders.events import OrderNoted
from marketplace.orders.models import Order, OrderStatus
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._ending import end_refunded
from marketplace.orders.services._facts import facts_of
from marketplace.orders.transitions import Command, Party, rows_of
from marketplace.payments.queries import get_claims

FROZEN_BY_CHARGEBACK = "chargeback"
LOST_NOTE = "The buyer's bank took the payment back"


@opens_transaction
def follow_chargebacks(*, order_id: UUID, actor: Actor) -> None:
    """Bring the order up to what payments knows of chargebacks; safe to repeat, in any order.

    While one is open the order is frozen and its timers stand still. When none is any more, they
    go on with what was left. When the buyer has everything back, the order ends as REFUNDED.
    The money itself is kept still by payments from the first moment: this is only the order's
    side, so it does not matter that it follows a moment later. Raises NotFound and NotYourPart.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.CHARGE_BACK)
    claims = get_claims(order_id=order.id)
    now = clock.database_now()
    if claims.has_open:
        _freeze(order, party, actor, at=now)
    elif claims.is_all_back and rows_of(Command.CHARGE_BACK, order.status):
        _resume(order, at=now)
        end_refunded(order, Command.CHARGE_BACK, party=party, actor=actor, at=now, note=LOST_NOTE)
    elif order.frozen_reason == FROZEN_BY_CHARGEBACK:
        _resume(order, at=now)
        _note(order, "chargeback_ended", party, actor, at=now)


def _freeze(order: Order, party: Party, actor: Actor, *, at: datetime) -> None:
    if order.is_frozen or order.status == OrderStatus.CANCELLED:
        return
    order.frozen_at, order.frozen_reason = at, FROZEN_BY_CHARGEBACK
    _note(order, "chargeback_opened", party, actor, at=at)


def _resume(order: Order, *, at: datetime) -> None:
    if order.frozen_at is None:
        return
    DeadlineRepository().resume(order, since=order.frozen_at, at=at)
    order.frozen_at, order.frozen_reason = None, ""


def _note(order: Order, command: str, party: Party, actor: Actor, *, at: datetime) -> None:
    order.version += 1
    order.updated_at = at
    order.save(update_fields=["version", "updated_at", "frozen_at", "frozen_reason"])
    OrderRepository().note(order, command, party=party, actor=actor, from_status=order.status)
    record(OrderNoted(**facts_of(order), command=command), key=order.id)
