"""What staff do to an order goes into the audit log; what its parties do is their own business."""

from collections.abc import Mapping
from typing import Any

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import needs_transaction
from marketplace.orders.models import Order
from marketplace.orders.policies import STAFF_PERMISSIONS
from marketplace.orders.transitions import Command, Party


@needs_transaction
def record_staff_action(
    order: Order,
    actor: Actor,
    party: Party,
    command: Command,
    *,
    reason: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    if party is not Party.OPERATOR:
        return
    record_action(
        actor=actor,
        action=STAFF_PERMISSIONS[command],
        subject_type="orders.order",
        subject_id=order.id,
        reason=reason,
        before=before,
        after=after,
    )
