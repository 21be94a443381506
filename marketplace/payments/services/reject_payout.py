from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.money import Money
from marketplace.core.policies import require_permission
from marketplace.payments import letters
from marketplace.payments.errors import OwnPayout, ReasonMissing
from marketplace.payments.repositories.payouts import (
    find_settled_debt,
    lock_payout,
    payout_snapshot_of,
)
from marketplace.payments.services._payout_back import check_not_sent, take_back
from marketplace.payments.snapshots import PayoutSnapshot
from marketplace.payments.streams import facts

REJECTED = "rejected"
"""``failure_code`` of a payout that an operator refused."""


@opens_transaction
def reject_payout(*, payout_id: UUID, actor: Actor, reason: str) -> PayoutSnapshot:
    """An operator refuses a payout that was not sent yet: the wallet has the money again, and the
    seller is told why by letter.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`NotFound`, :class:`OwnPayout`,
    :class:`WithdrawalNotCancellable`.
    """
    operator_id = require_permission(actor, "payments.approve_payout")
    reason = reason.strip()[:1000]
    if not reason:
        raise ReasonMissing
    payout = lock_payout(payout_id)
    if payout.user_id == actor.user_id:
        raise OwnPayout
    check_not_sent(payout)
    before = {"status": payout.status, "approvals": len(payout.approved_by)}
    rejected = facts.PayoutRejected(operator_id=operator_id, reason=reason)
    take_back(payout, why=rejected, code=REJECTED, actor=actor)
    record_action(
        actor=actor,
        action="payments.reject_payout",
        subject_type="payments.payout",
        subject_id=payout.id,
        reason=reason,
        before=before,
        after={"status": "REJECTED", "amount": str(Money(payout.amount_minor, payout.currency))},
    )
    letters.write_payout_rejected(
        user_id=payout.user_id,
        amount=str(Money(payout.amount_minor, payout.currency)),
        reason=reason,
        settled=str(find_settled_debt(payout.id) or ""),
    )
    return payout_snapshot_of(payout)
