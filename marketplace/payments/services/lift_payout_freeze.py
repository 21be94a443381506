from uuid import UUID

import structlog

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.core.policies import require_permission
from marketplace.payments.errors import FreezeAlreadyLifted, ReasonMissing
from marketplace.payments.events import PayoutFreezeLifted
from marketplace.payments.models import PayoutFreeze

log = structlog.get_logger(__name__)


@opens_transaction
def lift_payout_freeze(*, freeze_id: UUID, actor: Actor, reason: str) -> None:
    """A named operator lets payouts go again, with a reason that stays.

    ``freeze_id`` is the freeze that the operator has looked at: another one that opened since is
    not lifted with it. A breach that persists freezes again at the monitor's next run.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`NotFound`,
    :class:`FreezeAlreadyLifted`.
    """
    operator_id = require_permission(actor, "payments.lift_payout_freeze")
    if not reason.strip():
        raise ReasonMissing
    freeze = PayoutFreeze.objects.select_for_update(no_key=True).filter(id=freeze_id).first()
    if freeze is None:
        raise NotFound("payout freeze")
    if freeze.lifted_at is not None:
        raise FreezeAlreadyLifted
    freeze.lifted_at = clock.now()
    freeze.lifted_by_id = operator_id
    freeze.lifted_reason = reason.strip()[:1000]
    freeze.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
    record_action(
        actor=actor,
        action="payments.lift_payout_freeze",
        subject_type="payments.payoutfreeze",
        subject_id=freeze.id,
        reason=reason,
        before={"frozen": True, "cause": freeze.cause},
        after={"frozen": False},
    )
    record(
        PayoutFreezeLifted(freeze_id=freeze.id, lifted_by=operator_id, reason=freeze.lifted_reason),
        key=freeze.id,
    )
    log.warning("payout_freeze_lifted", freeze_id=str(freeze.id), by=str(actor.user_id))
