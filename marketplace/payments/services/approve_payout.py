from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import needs_transaction, opens_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.core.policies import require_permission
from marketplace.payments.errors import (
    OwnPayout,
    PayoutAlreadyApproved,
    PayoutNotAwaitingApproval,
    ReasonMissing,
)
from marketplace.payments.events import PayoutApproved
from marketplace.payments.models import Payout
from marketplace.payments.repositories.payouts import lock_payout, payout_snapshot_of
from marketplace.payments.repositories.streams import append_to_payout
from marketplace.payments.services._payout_obstacles import find_obstacle
from marketplace.payments.snapshots import PayoutSnapshot
from marketplace.payments.streams import facts


@opens_transaction
def approve_payout(*, payout_id: UUID, actor: Actor, reason: str) -> PayoutSnapshot:
    """One operator agrees to a payout that waits; the last one needed lets it be sent.

    Decided under the payout's lock, so that the same person counts once, also at the same moment,
    and an approval and a rejection cannot both win. Each is a fact of the payout's stream.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`NotFound`, :class:`OwnPayout`,
    :class:`PayoutAlreadyApproved`, :class:`PayoutNotAwaitingApproval`, :class:`SellerOwesMoney`,
    :class:`BankAccountBlocked`, :class:`WalletInactive`.
    """
    operator_id = require_permission(actor, "payments.approve_payout")
    if not reason.strip():
        raise ReasonMissing
    payout = lock_payout(payout_id)
    if payout.user_id == actor.user_id:
        raise OwnPayout
    if str(actor.user_id) in payout.approved_by:
        raise PayoutAlreadyApproved(
            "Your approval counts once; another operator has to approve it, too."
        )
    if not payout.awaits_approval:
        raise PayoutNotAwaitingApproval
    if obstacle := find_obstacle(payout):
        raise obstacle[1]
    approved = append_to_payout(
        payout=payout,
        payout_id=payout.id,
        facts_to_add=[facts.PayoutApproved(operator_id=operator_id, note=reason.strip()[:1000])],
        actor=actor,
    )
    record_action(
        actor=actor,
        action="payments.approve_payout",
        subject_type="payments.payout",
        subject_id=payout_id,
        reason=reason,
        before={"approvals": len(approved.approved_by) - 1},
        after={
            "approvals": len(approved.approved_by),
            "let_go": not approved.awaits_approval,
            "amount": str(Money(approved.amount_minor, approved.currency)),
        },
    )
    if not approved.awaits_approval:
        _let_go(approved)
    return payout_snapshot_of(approved)


@needs_transaction
def _let_go(payout: Payout) -> None:
    """From now on the job ``payments.submit_payouts`` finds it."""
    payout.next_check_at = clock.database_now()
    payout.save(update_fields=["next_check_at"])
    record(
        PayoutApproved(
            payout_id=payout.id,
            user_id=payout.user_id,
            amount_minor=payout.amount_minor,
            currency=payout.currency,
        ),
        key=payout.id,
    )
