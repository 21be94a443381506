from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.orders.events import OrderRefundedInPart
from marketplace.orders.policies import authorize
from marketplace.orders.repositories import OrderRepository
from marketplace.orders.services._ending import end_refunded
from marketplace.orders.services._facts import facts_of
from marketplace.orders.services._staff import record_staff_action
from marketplace.orders.snapshots import OrderSnapshot
from marketplace.orders.transitions import Command
from marketplace.payments import services as payments


@opens_transaction
def refund_order(
    *,
    order_id: UUID,
    actor: Actor,
    amount: Money,
    reason: str,
    refund_id: UUID | None = None,
    expected_version: int | None = None,
) -> OrderSnapshot:
    """An operator gives the buyer money back, before or after the order is completed.

    A part leaves the order where it is. When with it everything that was paid is back with the
    buyer, the order ends as REFUNDED: its timers stop, and goods that never left are for sale
    again. The amount is always said.

    Raises NotFound, NotYourPart, StaleVersion, OrderNotRefundable, OrderAlready…, OrderFrozen, and
    of payments RefundNotPositive, RefundTooLarge, ReasonMissing, ChargebackOpen.
    """
    orders = OrderRepository()
    order = orders.lock(order_id, actor=actor)
    party = authorize(order, actor, Command.REFUND_ORDER)
    order.check_version(expected_version)
    before = order.status
    order.transition_for(Command.REFUND_ORDER, by=party)
    refund_id = refund_id or new_id()
    refund = payments.refund_order(
        refund_id=refund_id, order_id=order.id, amount=amount, reason=reason, actor=actor
    )
    record_staff_action(
        order,
        actor,
        party,
        Command.REFUND_ORDER,
        reason=reason,
        before={"status": before},
        after={"refunded": str(amount), "refund_id": refund_id, "all_back": refund.is_all_back},
    )
    now = clock.database_now()
    details = {
        "refund_id": str(refund.id),
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
    }
    if refund.is_all_back:
        end_refunded(
            order,
            Command.REFUND_ORDER,
            party=party,
            actor=actor,
            at=now,
            note=reason,
            details=details,
        )
        return orders.snapshot(order, actor=actor)
    row = order.perform(Command.REFUND_PART, by=party, at=now)
    orders.save(order, row, party=party, actor=actor, note=reason, details=details)
    record(OrderRefundedInPart(**facts_of(order), amount_minor=amount.amount_minor), key=order.id)
    return orders.snapshot(order, actor=actor)
