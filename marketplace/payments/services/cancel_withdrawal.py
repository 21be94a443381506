from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.payments.models import PayoutStatus
from marketplace.payments.repositories.payouts import lock_payout, payout_snapshot_of
from marketplace.payments.services._payout_back import check_not_sent, take_back
from marketplace.payments.snapshots import PayoutSnapshot
from marketplace.payments.streams import facts

CANCELLED = "cancelled"
"""``failure_code`` of a payout that its owner took back."""


@opens_transaction
def cancel_withdrawal(*, actor: Actor, withdrawal_id: UUID) -> PayoutSnapshot:
    """Take back a withdrawal that was not sent yet: the wallet has the money again.

    One that waits for approval or for payouts to be unfrozen can be cancelled; once the job has
    taken it up it cannot, because the provider may have it. Cancelling twice is cancelling once.

    Raises :class:`NotFound` for anybody else's, :class:`WithdrawalNotCancellable`.
    """
    payout = lock_payout(withdrawal_id)
    if payout.user_id != actor.user_id:
        raise NotFound("withdrawal")
    if payout.status == PayoutStatus.FAILED and payout.failure_code == CANCELLED:
        return payout_snapshot_of(payout)
    check_not_sent(payout)
    take_back(payout, why=facts.PayoutCancelled(), code=CANCELLED, actor=actor)
    return payout_snapshot_of(payout)
