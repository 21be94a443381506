from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.policies import require_permission_or_system
from marketplace.payments.errors import ReasonMissing
from marketplace.payments.events import PayoutsFrozen
from marketplace.payments.models import PayoutFreeze

OPERATOR = "operator"

log = structlog.get_logger(__name__)


@opens_transaction
def freeze_payouts(*, actor: Actor, detail: str, cause: str = OPERATOR) -> UUID:
    """From the commit on nothing is sent out; returns the freeze.

    While one is open the same one is answered and nothing is changed: what was found first stays.
    ``actor`` is an operator, or the platform itself by the name of a job.

    Raises :class:`Forbidden`, :class:`ReasonMissing`.
    """
    require_permission_or_system(actor, "payments.freeze_payouts")
    if not detail.strip():
        raise ReasonMissing
    if (known := _open_one()) is not None:
        return known
    try:
        # A savepoint: whoever comes second at the same moment waits for the index, then looks.
        with transaction.atomic():
            freeze = PayoutFreeze.objects.create(
                cause=cause[:50],
                detail=detail[:2000],
                opened_at=clock.now(),
                opened_by_id=actor.user_id,
                opened_by_job="" if actor.user_id else actor.name[:50],
            )
    except IntegrityError:
        if (known := _open_one()) is None:
            raise
        return known
    record_action(
        actor=actor,
        action="payments.freeze_payouts",
        subject_type="payments.payoutfreeze",
        subject_id=freeze.id,
        reason=freeze.detail,
        before={"frozen": False},
        after={"frozen": True, "cause": freeze.cause},
    )
    record(
        PayoutsFrozen(freeze_id=freeze.id, cause=freeze.cause, detail=freeze.detail), key=freeze.id
    )
    log.error("payouts_frozen", freeze_id=str(freeze.id), cause=cause, detail=detail[:2000])
    return freeze.id


def _open_one() -> UUID | None:
    return PayoutFreeze.objects.filter(lifted_at__isnull=True).values_list("id", flat=True).first()
