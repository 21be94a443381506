"""Load and lock payouts."""

from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.payments.models import PaymentEvent, Payout
from marketplace.payments.snapshots import PayoutSnapshot


@needs_transaction
def lock_payout(payout_id: UUID) -> Payout:
    payout = Payout.objects.select_for_update(no_key=True).filter(id=payout_id).first()
    if payout is None:
        raise NotFound("withdrawal")
    return payout


def find_settled_debt(payout_id: UUID) -> Money | None:
    """What of the payout's money, when it came back, went to what its owner owed."""
    fact = PaymentEvent.objects.filter(stream_id=payout_id, type="ReceivableRepaid").first()
    return Money(fact.payload["amount_minor"], fact.payload["currency"]) if fact else None


def payout_snapshot_of(payout: Payout) -> PayoutSnapshot:
    return PayoutSnapshot(
        id=payout.id,
        user_id=payout.user_id,
        bank_account_id=payout.bank_account_id,
        amount=Money(payout.amount_minor, payout.currency),
        status=payout.status,
        failure_code=payout.failure_code,
        awaits_approval=payout.awaits_approval,
        created_at=payout.created_at,
        updated_at=payout.updated_at,
    )
