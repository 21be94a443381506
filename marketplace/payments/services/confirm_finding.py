from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.payments.models import FindingStatus
from marketplace.payments.services._findings import decide


@opens_transaction
def confirm_finding(*, finding_id: UUID, actor: Actor, reason: str) -> None:
    """An operator looked, and it is what it looked like: the seller's payouts go on waiting for an
    approval.

    Raises :class:`Forbidden`, :class:`InvalidInput` (no reason), :class:`NotFound`,
    :class:`OwnSale`, :class:`FindingDecided`.
    """
    decide(finding_id, FindingStatus.CONFIRMED, "payments.confirm_finding", actor, reason)
