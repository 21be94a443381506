from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.payments.models import FindingStatus
from marketplace.payments.services._findings import decide


@opens_transaction
def reopen_finding(*, finding_id: UUID, actor: Actor, reason: str) -> None:
    """A decision was wrong, or something new is known: the finding is looked at again, and holds
    the seller's payouts until it is decided. The audit log keeps the decision and its reason.

    Raises :class:`Forbidden`, :class:`InvalidInput` (no reason), :class:`NotFound`,
    :class:`OwnSale`, :class:`FindingNotDecided`.
    """
    decide(finding_id, FindingStatus.OPEN, "payments.reopen_finding", actor, reason)
