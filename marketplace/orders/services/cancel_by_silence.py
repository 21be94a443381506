from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.orders.models import CancellationRequestStatus, CancelReason, DeadlineKind
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._ending import cancel
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command


@opens_transaction
def cancel_by_silence(*, order_id: UUID, actor: Actor) -> OrderSnapshot:
    """The seller did not answer a cancellation request in time: the buyer gets everything back.

    Raises NotYourPart, TimerNotApplicable, OrderAlready…, OrderFrozen, DeadlineNotDue.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.CANCEL_BY_SILENCE)
    order.transition_for(Command.CANCEL_BY_SILENCE, by=party)
    DeadlineRepository().act(order, DeadlineKind.CANCEL_REQUEST)
    cancel(
        order,
        Command.CANCEL_BY_SILENCE,
        party=party,
        actor=actor,
        reason=CancelReason.REQUEST_UNANSWERED,
        at=clock.database_now(),
        request_outcome=CancellationRequestStatus.UNANSWERED,
    )
    return orders.snapshot(order, actor=actor)
