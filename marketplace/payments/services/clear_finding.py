from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.payments.models import FindingStatus
from marketplace.payments.services._findings import decide


@opens_transaction
def clear_finding(*, finding_id: UUID, actor: Actor, reason: str) -> None:
    """An operator looked and found nothing wrong: the finding holds no payout any more.

    Raises :class:`Forbidden`, :class:`InvalidInput` (no reason), :class:`NotFound`,
    :class:`OwnSale`, :class:`FindingDecided`.
    """
    decide(finding_id, FindingStatus.CLEARED, "payments.clear_finding", actor, reason)
